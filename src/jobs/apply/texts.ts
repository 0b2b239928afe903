import { count } from '../../words/text.ts'

/** What the apply job says beside its report. */

export const onlyBranch = (branch: string): string => `Herdbook applies only the branch ${branch}.`

export const DEFECT = {
  message: 'This is a defect in Herdbook. The log of the run has the details.',
  hint: 'Please report it with these details.',
}

/** Why merging a pull request approved nothing. */
const VOID = {
  altered: 'its comment with the plan was edited later, or shows another commit than the merged one',
  'brought-along': 'another merge brought in its commits, and the files are not what its plan shows',
  self: 'it needs an approval by a person who did not ask for it, write it or push it',
  unresolved: 'GitHub does not say who wrote or pushed all of it, so an owner must approve it',
}

export const mergeApprovedNothing = (pullRequest: number, why: keyof typeof VOID) => ({
  message: `Merging #${pullRequest} approved nothing: ${VOID[why]}.`,
  hint:
    'See what is not applied: herdbook plan. If these changes are right, ' +
    'an owner who had no part in them can approve them: herdbook approve "why", or on GitHub the button approve',
})

/** An earlier run applied it and ended before it could say so. */
export const appliedEarlier = ({ changes, run }: { readonly changes: number; readonly run: string }): string =>
  `**Applied**: ${count(changes, 'change', 'changes')} that this pull request approved. ` +
  `The run that applied them ended before it could say so. [This run](${run}) found them in the ledger.`

/** Closes the issue about a failure. */
export const failureOver = (run: string): string => `[This run](${run}) had no failure.`
