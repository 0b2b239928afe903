import { count } from '../../words/text.ts'

export const HELP = {
  why: 'the reason; the ledger keeps it',
  refs: 'approve only the steps of these objects (default: all steps)',
  yes: 'do not ask',
  plan: 'approve only if the plan still has this digest, as a comment or a summary shows it',
  examples: `
Example:
  herdbook approve "agreed in the moderators' meeting of 2026-11-23"

This approves the steps of the plan as it is now. \`herdbook apply\` then does
each of these steps once.`,
}

export const NO_REPOSITORY = {
  message: 'This folder is not in a Git repository, so Herdbook cannot store approvals.',
  hint: 'Make the folder a Git repository: git init',
}

export const nothingToApprove = (refs: readonly string[]): string =>
  refs.length === 0 ? 'There is nothing to approve.' : `The plan has nothing to approve for ${refs.join(', ')}.`

export const ownChange = (amount: number) => ({
  message:
    'You cannot approve what you asked for, wrote or pushed. ' +
    `${amount} of these steps ${amount === 1 ? 'is' : 'are'} yours. Nothing was approved.`,
  hint: 'Ask another owner to approve. Or approve only the other steps: give their names.',
})

export const notConfirmed = (howToConfirm: string) => ({
  message: 'Nothing was approved.',
  hint: `${howToConfirm}.`,
})

export const approved = (steps: number): string =>
  `Approved ${count(steps, 'step', 'steps')}. Apply them: herdbook apply`

export const approveSubject = (steps: number): string => `Approve ${count(steps, 'step', 'steps')}`

export const notADigest = (text: string) => ({
  message: `"${text}" is not the digest of a plan.`,
  hint: 'Write at least its first 16 digits.',
})

export const anotherPlan = (digest: string) => ({
  message:
    'The digest after --plan is not the one of the plan above, so nothing was approved. ' +
    'Perhaps the plan has changed since you read it.',
  hint: `Read the plan above. If you agree, approve it with its digest: --plan ${digest.slice(0, 16)}`,
})
