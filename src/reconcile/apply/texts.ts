import type { Advice } from '../../instance/diagnostic.ts'

// What stops an apply before it begins, in the order of the gates.

/** From the top of the tree: the command may be typed in a folder of it. */
const commit = (folder: string): string => `git add :/${folder} && git commit`

export const nothingCommitted = (folder: string): Advice => ({
  message: 'This repository has no commit yet, and Herdbook applies only committed files.',
  hint: `Commit your files: ${commit(folder)}`,
})

export const uncommitted = ({ paths, folder }: { paths: string; folder: string }): Advice => ({
  message: `Herdbook applies only committed files. These are not committed: ${paths}.`,
  hint: `Commit them: ${commit(folder)}. Or see what changed: git status :/${folder}`,
})

export const shallowClone: Advice = {
  message: 'This clone is shallow: it has only a part of the history. Herdbook needs the whole history.',
  hint: 'Fetch the rest: git fetch --unshallow',
}

interface Branches {
  readonly remote: string
  /** The remote's default branch. */
  readonly main: string
}

const nameOf = ({ remote, main }: Branches): string => `${remote}/${main}`

export const otherBranch = ({ branch, ...of }: Branches & { readonly branch: string }): Advice => ({
  message: `You are on ${branch}, but Herdbook applies only ${nameOf(of)}.`,
  hint: `Merge your branch first, then: git switch ${of.main} && git pull --ff-only ${of.remote} ${of.main}`,
})

export const unpushed = (of: Branches): Advice => ({
  message: `Your newest commit (HEAD) is not on ${nameOf(of)} yet, and Herdbook applies only what is there.`,
  hint: `Push it: git push ${of.remote} HEAD:${of.main}`,
})

export const behind = (of: Branches): Advice => ({
  message: `${nameOf(of)} has newer commits than this clone.`,
  hint: `Get the newer commits: git pull --ff-only ${of.remote} ${of.main}`,
})

export const diverged = (of: Branches): Advice => ({
  message: `HEAD and ${nameOf(of)} have diverged: each has commits that the other does not have.`,
  hint: `Combine both, then push: git pull --rebase ${of.remote} ${of.main}`,
})

/** `applied`: the commit; `isHere`: whether this clone has it. */
export const notDescended = ({ applied, isHere }: { applied: string; isHere: boolean }): Advice => ({
  message:
    `Your newest commit (HEAD) does not contain ${applied}, the commit that was applied last. ` +
    'If Herdbook applied HEAD, it could undo changes that were applied before.',
  hint:
    `${isHere ? `Add that commit to your branch: git merge ${applied}. ` : ''}If you rewrote the ` +
    'branch on purpose: herdbook apply --history-rewritten, or on GitHub the button new-history',
})

export const headMoved: Advice = {
  message: 'Someone changed the checked-out commit (HEAD) while this run read the files.',
  hint: 'Run the command again.',
}

/** `moved`: objects that changed since; `from`: the commit it was made from, if that is another. */
export const stalePlan = ({ moved, from }: { moved: string | null; from: string | null }): Advice => ({
  message: [
    'The saved plan is out of date: Herdbook would do something else now. Nothing was applied.',
    ...(moved === null ? [] : [`Changed: ${moved}.`]),
    ...(from === null ? [] : [`The plan was made from ${from}.`]),
  ].join(' '),
  hint: 'Plan again: herdbook plan --out plan.json',
})
export const commitNamed = (commit: string | null): string =>
  commit === null ? 'files that were not committed' : `commit ${commit}`

/** `since`: "2026-12-04 03:00". */
export const paused = ({ by, since, why }: { by: string; since: string; why: string }): Advice => ({
  message: `Paused by ${by} since ${since} UTC: ${why}`,
  hint: 'Herdbook applies nothing during a pause. To end the pause: herdbook resume',
})

const steps = (many: number): string => (many === 1 ? '1 step' : `${many} steps`)
export const noLedgerYet = (many: number): string =>
  `This server has no ledger (Herdbook's record in Git) yet, and the plan has ${steps(many)}.`
export const nothingAppliedTo = ({ provider, many }: { provider: string; many: number }): string =>
  `Nothing was applied to ${provider} yet, and the plan has ${steps(many)} for it.`
export const FIRST_APPLY =
  "Write the server's state into the files first: herdbook adopt. " +
  'If you want these steps: herdbook apply --first "why", or on GitHub the button begin'

export const NOT_CONFIRMED = 'Nothing was applied.'

// Why a step does not go out.

export const NO_CONNECTION = 'No connection in instance.yaml can write this object.'
export const needsUndone = (ref: string): string => `This step needs ${ref}, but that step was not done.`
export const notRestarted = (causes: string): string =>
  `Herdbook did not restart this unit, because nothing that it reads was changed: ${causes}.`
export const needsMissing = (references: string): string =>
  `This step needs a value that does not exist yet: ${references}.`
export const needsUnread = (reason: string): string => `Herdbook could not read a value that this step needs: ${reason}`
export const checkWithoutResult = ({ code, about }: { code: string; about: string }): string =>
  `This step needs the check ${code} of ${about}, but that check has no result.`
export const checkNotGreen = (one: { code: string; about: string; state: string; message: string }): string =>
  `This step waits for the check ${one.code} of ${one.about}. That check is ${one.state}: ${one.message}`
export const MAKER_MISSING =
  'This step was left out, because what its object is part of does not exist yet. The next plan shows the step again.'
export const SERVER_CHANGED = 'The server is no longer as the plan expected. The next plan shows what changed.'
export const CHANGED_BY_EARLIER_RUN =
  'This step was left out. Herdbook first finished the work of an earlier run, ' +
  'and then this object was not as the plan showed it. The next plan shows the step again.'
export const unreadable = (reason: string): string => `The server could not be read again: ${reason}`

// What went wrong during a run.

export const ledgerMoved: Advice = {
  message: "Someone else changed the ledger (Herdbook's record in Git) during this run.",
  hint: 'Run apply again: it reads the new ledger and does the rest.',
}

const AGAIN = 'Run apply again.'

/** `hint`: what the provider says to do. */
export const notEnded = (one: { ref: string; goesOn: boolean; reason: string; hint: string | undefined }): Advice => ({
  message:
    `Herdbook could not ${one.goesOn ? 'finish' : 'undo'} ` + `the work of an earlier run on ${one.ref}: ${one.reason}`,
  hint: one.hint ?? AGAIN,
})

export const stillPending = (one: { work: string; reason: string; hint: string | undefined }): Advice => ({
  message: `Herdbook could not finish work that an interrupted run left (${one.work}): ${one.reason}`,
  hint: one.hint ?? AGAIN,
})

export const connectionBroke = (reason: string): Advice => ({
  message: `The connection to the server broke: ${reason}`,
  hint: 'Run apply again: it first looks at what was done.',
})

export const lockLost: Advice = {
  message: 'This run lost the lock (only one apply runs at a time). It wrote nothing after that.',
  hint: 'Finish the rest: herdbook apply',
}

export const ledgerUnwritten: Advice = {
  message: 'Herdbook made the changes, but could not write them into the ledger (its record in Git).',
  hint: 'Run apply again: it reads the server and writes the ledger.',
}

// What was written and not verified.

export const NOT_READ_AGAIN =
  'Herdbook wrote this, but did not read the server again. The next plan shows whether it is there.'
export const NOT_SHOWN = 'Herdbook wrote this, but the server does not show it.'
export const unverifiable = (reason?: string): string =>
  reason === undefined
    ? 'Herdbook wrote this, but could not read it again to check it.'
    : `Herdbook wrote this, but could not read it again: ${reason}`

// Subjects of the ledger's commits.

export const takenIn = (pullRequests: readonly number[]): string =>
  `Take in ${pullRequests.map((number) => `#${number}`).join(', ')}`
export const FORGET_APPROVALS = 'Forget approvals that no change needs any more'
export const newFarEnd = ({ providers, why }: { providers: string; why: string }): string =>
  `New far end of ${providers}: ${why}`
