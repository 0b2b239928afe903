/** Options that many verbs have. */
export const INSTANCE_OPTION = 'the folder of the files (default: the nearest instance/ upwards)'
export const WAIT_OPTION = 'wait for a run that holds the lock'

/** What a verb does while it reads. */
export const READING_SERVER = 'Reading the live server'
