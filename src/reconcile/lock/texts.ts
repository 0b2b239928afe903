import type { Advice } from '../../instance/diagnostic.ts'

interface Named {
  readonly user: string
  readonly host: string
  readonly pid: number
  readonly run: string
  readonly commit: string | null
  readonly started: string
}

export const holderInWords = ({ user, host, pid, run, commit, started }: Named): string =>
  `${user}@${host} (process ${pid}, run ${run}${commit === null ? '' : `, commit ${commit}`}, since ${started})`

/** `holder`: who it is, "alice@laptop (process 4711, …)"; `name`: what `unlock` takes. */
export const locked = ({ holder, name }: { holder: string; name: string }): Advice => ({
  message: `Another run holds the lock (only one apply runs at a time): ${holder}.`,
  hint: `To wait until that run has ended, add --wait. If you are sure that it has ended: herdbook unlock ${name}`,
})

export const lockForged = (name: string): Advice => ({
  message:
    'The lock (only one apply runs at a time) is not signed with your ledger_key. ' +
    'Anyone who can push to the repository could have made it.',
  hint: `If no run with another ledger_key is going on, remove this lock: herdbook unlock ${name}`,
})

export const LOCK_ABSENT = 'No run holds the lock.'

/** `holder`: null if Herdbook did not write the lock. */
export const lockOther = ({ name, holder }: { name: string; holder: string | null }): Advice => ({
  message:
    'The lock has another name than you typed: ' +
    `${name}. ${holder === null ? 'Herdbook did not write this lock.' : `${holder} holds this lock.`}`,
  hint: `If you are sure that this is the lock to remove: herdbook unlock ${name}`,
})

export const LOCK_LOST = 'Another run or a person took the lock away while this run held it.'

export const lockLeft = (name: string): Advice => ({
  message: 'Herdbook could not remove its lock at the end of this run, so the next apply finds it.',
  hint: `The lock expires in a minute: add --wait to the next apply. Or remove the lock now: herdbook unlock ${name}`,
})
