import type { NotApprovedReason } from '../words/not-approved.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { byDanger, type KindName } from '../words/describe-step.ts'
import { framed, type CommentSection } from './fit-comment.ts'
import { stepForms } from './steps.ts'
import { code } from './markdown.ts'
import { count } from '../words/text.ts'

const HOW =
  'an owner can approve them: with the button *approve* under Actions, ' +
  `Herdbook button, or with ${code('herdbook approve "why" KIND/ID')}.`

const ASKED = 'The main branch already asks for these changes'

const TITLES: { readonly [why in NotApprovedReason]?: string } = { approved: 'Already approved, not applied yet' }

const TITLE = 'Not approved by merging this'

const MEANING: { readonly [why in NotApprovedReason]: string } = {
  approved:
    'Earlier merges approved these changes. Herdbook applies them before the changes of this pull request. ' +
    'A change waits if its day has not come, or if the limit for changes in one apply ' +
    '(`budgets` in `policy.yaml`) is reached.',
  'other-file':
    `${ASKED}. They lower protection or take something away. ` +
    `So a pull request approves them only if it changes their own file, and this one does not. Instead, ${HOW}`,
  'not-asked':
    `${ASKED}. They need the approval of an owner. ` +
    `This pull request does not change their file, so merging it does not approve them. Instead, ${HOW}`,
  'unknown-account':
    'Herdbook cannot see here which account a name belongs to. An approval is for an account, ' +
    `not for a name, so merging this pull request does not approve them. After the merge, ${HOW}`,
  nobodys:
    `${ASKED}. GitHub does not say who added them, ` +
    `so Herdbook does not know whose approval counts. Instead, ${HOW}`,
  refused:
    `${ASKED}, but they have an error. The end of this comment shows it. ` +
    'Correct it in the files. Other changes go on.',
}

/** The steps that merging does not approve, a section a reason. */
export function withheldSections(
  steps: readonly Step[],
  withheld: ReadonlyMap<string, NotApprovedReason>,
  kinds: readonly KindName[],
): CommentSection[] {
  const groups = Map.groupBy(steps.toSorted(byDanger), ({ digest }) => withheld.get(digest))
  return [...groups].map(([why, members]) =>
    why === undefined
      ? []
      : framed(
          stepForms(members, kinds),
          (list) =>
            `#### ${TITLES[why] ?? TITLE} · ${count(members.length, 'change', 'changes')}\n\n` +
            `${MEANING[why]}\n\n${list}`,
        ),
  )
}
