import type { Diagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { duplicates, error, rows, warning } from './rule.ts'
import type { Rule, RuleInput } from './rule.ts'

const FILE = 'moderators.yaml'
/** The roles of a new server. */
const SEEDED: readonly string[] = ['Moderator', 'Admin', 'Owner']

/** Everybody holds one role, and a role that is there. */
export const people: Rule = function* (input) {
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
  for (const [{ role }, index] of list) yield* known(input, role, index)
  yield* spared(input)
}

/** Who takes roles away from everybody else must know which account is Herdbook's own. */
function* spared({ documents, broken, keyAt }: RuleInput): Generator<Diagnostic> {
  const config = documents['instance.yaml']
  if (
    documents[FILE]?.only_these !== true ||
    broken.has('instance.yaml') ||
    config === undefined ||
    config.acting_account !== undefined
  )
    return
  const message =
    'only_these takes the role of everybody who is not named, and instance.yaml does not say which account acts for Herdbook'
  yield error(
    'acting-account-missing',
    message,
    keyAt(FILE, ['only_these']),
    'Write acting_account in instance.yaml: it is spared.',
  )
}

function* known({ documents, broken, at }: RuleInput, role: string, index: number): Generator<Diagnostic> {
  const roles = documents['roles.yaml']?.roles
  const names = [...rows(roles)].map(([{ name }]) => name)
  const place = () => at(FILE, ['moderators', index, 'role'])
  const renamed = [...rows(roles)].find(([{ renamed_from }]) => renamed_from === role)?.[0].name
  if (names.includes(role) || broken.has('roles.yaml')) return
  if (renamed !== undefined)
    yield error(
      'undefined-role',
      `the role ${role} is renamed to ${renamed} in roles.yaml`,
      place(),
      `Write role: ${renamed}`,
    )
  else if (SEEDED.includes(role)) return
  else {
    const near = nearest(role, [...names, ...SEEDED])
    const hint = near === undefined ? 'Add it to roles.yaml.' : `Did you mean ${near}? Otherwise add it to roles.yaml.`
    if (roles === undefined)
      yield warning(
        'undefined-role',
        `the role ${role} is none that a new server has; it has to be on yours`,
        place(),
        hint,
      )
    else yield error('undefined-role', `the role ${role} is not in roles.yaml`, place(), hint)
  }
}
