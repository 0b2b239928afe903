import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import { nearest } from '../../../../instance/nearest.ts'
import { duplicates, error, rows, warning } from '../../../../instance/rules/rule.ts'
import type { InstanceRule, RuleInput } from '../../../../instance/rules/rule.ts'
import { ACTING_ACCOUNT_MISSING, undefinedRole, renamedRole, roleToBeThere } from './texts.ts'

const FILE = 'moderators.yaml'
/** The roles of a new server. */
const SEEDED: readonly string[] = ['Moderator', 'Admin', 'Owner']

/** Checks that each account has one role, and that the role exists. */
export const fileRules: InstanceRule = function* (input) {
  const list = [...rows(input.documents[FILE]?.moderators)]
  yield* duplicates(
    list.map(([entry, index]) => ({
      name: entry.account.toLowerCase(),
      shown: entry.account,
      entry,
      at: () => input.at(FILE, ['moderators', index, 'account']),
    })),
    'the account',
  )
  for (const [{ role }, index] of list) yield* existingRole(input, role, index)
  yield* actingAccount(input)
}

/** Checks that Herdbook's own account is known if everyone else loses their role. */
function* actingAccount({ documents, broken, keyAt }: RuleInput): Generator<Diagnostic> {
  const config = documents['instance.yaml']
  if (
    documents[FILE]?.only_these !== true ||
    broken.has('instance.yaml') ||
    config === undefined ||
    config.acting_account !== undefined
  )
    return
  yield error('acting-account-missing', ACTING_ACCOUNT_MISSING, keyAt(FILE, ['only_these']))
}

function* existingRole({ documents, broken, at }: RuleInput, role: string, index: number): Generator<Diagnostic> {
  const roles = documents['roles.yaml']?.roles
  const names = [...rows(roles)].map(([{ name }]) => name)
  const place = () => at(FILE, ['moderators', index, 'role'])
  const renamed = [...rows(roles)].find(([{ renamed_from }]) => renamed_from === role)?.[0].name
  if (names.includes(role) || broken.has('roles.yaml')) return
  if (renamed !== undefined) yield error('undefined-role', renamedRole(role, renamed), place())
  else if (SEEDED.includes(role)) return
  else {
    const near = nearest(role, [...names, ...SEEDED])
    if (roles === undefined) yield warning('undefined-role', roleToBeThere(role, near), place())
    else yield error('undefined-role', undefinedRole(role, near), place())
  }
}
