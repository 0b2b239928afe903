import type { Seen } from '../../forges/github/visible.ts'
import { fine, page, unseen, wrong, type Finding, type Patient } from './finding.ts'

const WHAT = 'Deciding'

/** Whether policy.yaml names owners who are there and may press buttons. */
export function peopleFindings({ repository, owners, settings }: Patient): Finding[] {
  if (owners.length === 0)
    return [
      wrong(
        WHAT,
        'policy.yaml names no owners: nobody can approve by hand, begin, unlock or sign the ledger anew',
        'Write in instance/policy.yaml: owners: [NAME, NAME], by their names on GitHub',
      ),
    ]
  const each = owners.flatMap((name) => personFinding(repository, name, settings.people.get(name)))
  if (each.length > 0) return each
  const all = owners.map((name) => `@${name}`).join(', ')
  return [
    fine(
      WHAT,
      new Set(owners.map((name) => name.toLowerCase())).size === 1
        ? `one person decides here: ${all}`
        : `each of these decides: ${all}`,
    ),
  ]
}

function personFinding(repository: string, name: string, may: Seen<string | null> | undefined): Finding[] {
  if (!may?.seen) return [unseen(WHAT, may?.why ?? 'nobody asked')]
  if (may.value === null)
    return [
      wrong(
        WHAT,
        `GitHub knows nobody called @${name}, whom policy.yaml names as an owner`,
        'Correct the name in instance/policy.yaml, under owners',
      ),
    ]
  if (['admin', 'write'].includes(may.value)) return []
  return [
    wrong(
      WHAT,
      `@${name} is an owner in policy.yaml and may not write here: no button is there for them`,
      page(repository, 'settings/access'),
    ),
  ]
}
