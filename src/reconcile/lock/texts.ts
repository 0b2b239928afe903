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
  message: `Locked by ${holder}.`,
  hint: `Wait for it with --wait. If you are sure that this run has ended: herdbook unlock ${name}`,
})

export const lockForged = (name: string): Advice => ({
  message:
    'Herdbook did not write this lock with your ledger_key. Anyone who can push to the repository could have made it.',
  hint: `If no run with another key is going on: herdbook unlock ${name}`,
})

export const LOCK_ABSENT = 'No run holds the lock.'

/** `holder`: null if Herdbook did not write the lock. */
export const lockOther = ({ name, holder }: { name: string; holder: string | null }): Advice => ({
  message: `The lock has another name: ${name}. ${holder === null ? 'Herdbook did not write it.' : `${holder} holds it.`}`,
  hint: `herdbook unlock ${name}`,
})

export const LOCK_LOST = 'Another run or a person took the lock away while this run held it.'

export const lockLeft = (name: string): Advice => ({
  message: 'Herdbook could not let the lock go.',
  hint: `It expires by itself: use --wait, or: herdbook unlock ${name}`,
})
