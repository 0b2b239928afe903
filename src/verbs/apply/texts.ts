import { OWNERS_LINE } from '../../approvals/policy-owners.ts'
import { MOST_POSTS } from '../../comments/mastodon-post.ts'
import { count } from '../../words/text.ts'

export const HELP = {
  plan: 'a plan that `herdbook plan --out` saved: Herdbook applies exactly this plan, or nothing',
  yes: 'do not ask',
  first: 'for the first apply: the reason why it may change the server',
  historyRewritten: 'apply, although the history of the branch was rewritten since the last apply',
  takeOver: "use the files' version of objects that were already on the server, and different",
  json: 'print what was done as JSON',
  verbose: 'list every change, however many',
  examples: `
Examples:
  herdbook apply
  herdbook apply --yes --wait
  herdbook plan --out plan.json && herdbook apply plan.json

The first shows the changes and asks you. The second does not ask, and waits if
another run is working. The third applies exactly the plan that you saved.`,
}

export const planUnreadable = (file: string) => ({
  message: `Herdbook cannot read the saved plan ${file}.`,
  hint: 'Save one: herdbook plan --out plan.json',
})

export const notConfirmed = (howToConfirm: string, saveCommand: string) => ({
  hint: `${howToConfirm}. Or save the plan and apply it: ${saveCommand}`,
})

export const NOT_APPROVED =
  'This step was never approved, or it has changed since its approval. It needs a new approval.'

export const NO_OWNER_APPROVED = 'An owner must approve this step, and no owner approved it as it is now.'

export const NO_OWNER_NAMED =
  'An owner must approve this step, and policy.yaml names no owner. ' + `Add to it: ${OWNERS_LINE}`

export const applyingSteps = (steps: number): string => `Applying ${count(steps, 'step', 'steps')}`

export const NOTICE_FAILED =
  'Members must hear about this step first, but Herdbook could not post the announcement. ' +
  'A warning says why. When that is solved, apply again.'

export const NOTICE_LATER =
  'Members must hear about this step first. ' +
  `One run posts at most ${MOST_POSTS} announcements, so the next run announces this step.`

export const NO_NOTICES = {
  message:
    'This folder is not in a Git repository, so Herdbook cannot remember what it announced. ' +
    'These steps wait, because notice_days in policy.yaml asks for an announcement first.',
  hint: 'Make the folder a Git repository: git init',
}

/** Subjects of commits to the ledger. */
export const NOTICES_FORGOTTEN = 'Forget what was announced'
export const noticesGiven = (steps: number): string => `Announce ${count(steps, 'step', 'steps')}`
