import type { Why } from '../words/not-approved.ts'
import type { Step } from '../reconcile/plan/types.ts'
import { byDanger, type KindName } from '../words/describe.ts'
import { framed, type Section } from './shrink-to-fit.ts'
import { stepForms } from './steps.ts'
import { code } from './markdown.ts'
import { count } from '../words/text.ts'

const HOW = `An owner approves them by the button *approve*, or by ${code('herdbook approve "why" KIND/ID')}.`

const TITLES: { readonly [why in Why]?: string } = { approved: 'Approved before, and not applied yet' }

const TITLE = 'Not approved by merging this'

const MEANING: { readonly [why in Why]: string } = {
  approved:
    'Earlier merges approved them. They come first, once they are due and as far as the budget allows; this changes nothing about them.',
  'other-file': `The files of the base branch already call for them. They lower protection or take something away, so only a pull request that changes their own file approves them. ${HOW}`,
  'not-asked': `The files of the base branch already call for them. What owners look after is approved only where its own file is changed: they are not asked here. ${HOW}`,
  'unknown-account': `Whose account that is can not be read from here, and an approval is for an account, not for a name. Once this is merged: ${HOW.charAt(0).toLowerCase()}${HOW.slice(1)}`,
  nobodys: `The files of the base branch already call for them. GitHub does not tell who brought that there, so nobody can say whose approval counts. ${HOW}`,
  refused:
    'The files of the base branch already call for them, and something speaks against them, which stands below. It holds nothing else back.',
}

/** The steps that merging does not approve, by why. */
export function withheldSections(
  steps: readonly Step[],
  withheld: ReadonlyMap<string, Why>,
  kinds: readonly KindName[],
): Section[] {
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
