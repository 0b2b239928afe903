import * as texts from './texts.ts'
import type { VisibleSetting } from '../../forges/github/read-if-visible.ts'
import { fine, page, unseen, wrong, type Finding, type DoctorInput } from './finding.ts'

const WHAT = 'Deciding'

/** Whether policy.yaml names owners who are there and may press buttons. */
export function peopleFindings({ repository, owners, settings }: DoctorInput): Finding[] {
  if (owners.length === 0) return [wrong(WHAT, texts.NO_PEOPLE, texts.NAME_PEOPLE)]
  const each = owners.flatMap((name) => personFinding(repository, name, settings.people.get(name)))
  if (each.length > 0) return each
  const all = owners.map((name) => `@${name}`).join(', ')
  return [
    fine(
      WHAT,
      new Set(owners.map((name) => name.toLowerCase())).size === 1 ? texts.oneDecides(all) : texts.eachDecides(all),
    ),
  ]
}

function personFinding(repository: string, name: string, may: VisibleSetting<string | null> | undefined): Finding[] {
  if (!may?.seen) return [unseen(WHAT, may?.why ?? 'nobody asked')]
  if (may.value === null) return [wrong(WHAT, texts.unknownPerson(name), texts.CORRECT_NAME)]
  if (['admin', 'write'].includes(may.value)) return []
  return [wrong(WHAT, texts.cannotWrite(name), page(repository, 'settings/access'))]
}
