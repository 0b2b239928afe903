import type { NotApprovedReason } from '../words/not-approved.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { byDanger, type KindName } from '../words/describe-step.ts'
import { framed, type CommentSection } from './fit-comment.ts'
import { stepForms } from './steps.ts'
import { code } from './markdown.ts'
import { count } from '../words/text.ts'

const HOW = `an owner can approve them: use the button *approve*, or type ${code('herdbook approve "why" KIND/ID')}.`

const ASKED = 'The main branch already asks for these changes'

const TITLES: { readonly [why in NotApprovedReason]?: string } = { approved: 'Already approved, not applied yet' }

const TITLE = 'Not approved by merging this'

const MEANING: { readonly [why in NotApprovedReason]: string } = {
  approved:
    'Earlier merges approved these changes. Herdbook applies them first, when they are due and the budget allows it. This pull request does not change that.',
  'other-file': `${ASKED}. They lower protection or take something away. Only a pull request that changes their own file approves them. Without one, ${HOW}`,
  'not-asked': `${ASKED}. They belong to the owners. Merging this does not approve them, because their file is not changed here. Instead, ${HOW}`,
  'unknown-account': `Herdbook cannot see here which account a name belongs to. An approval is for an account, not for a name, so merging this does not approve them. After the merge, ${HOW}`,
  nobodys: `${ASKED}. GitHub does not say who added them, so Herdbook does not know whose approval counts. Instead, ${HOW}`,
  refused: `${ASKED}, but they have an error (see below). Other changes are not affected.`,
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
            `#### ${TITLES[why] ?? TITLE} · ${count(members.length, 'change', 'changes')}\n\n${MEANING[why]}\n\n${list}`,
        ),
  )
}
