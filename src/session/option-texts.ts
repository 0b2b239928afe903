/** Options that many verbs have. */
export const INSTANCE_OPTION = 'the folder of the files (default: the nearest instance/ upwards)'
export const WAIT_OPTION = 'wait for a run that holds the lock'
export const RESTORE_OPTION = "use the files' version of this object, once; you can repeat this option"

/** What a verb does while it reads. */
export const READING_SERVER = 'Reading the server'
