/** Options that many verbs have. */
export const INSTANCE_OPTION = 'the folder of the files (default: the nearest instance/, here or above)'
export const WAIT_OPTION = 'if another run of Herdbook holds the lock, wait until it ends'
export const RESTORE_OPTION =
  "use the files' version of this object, not the server's; for several objects, repeat this option"

/** What a verb does while it reads. */
export const READING_SERVER = 'Reading the server'
