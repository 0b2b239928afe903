import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import type { Role } from '../../../../instance/documents.ts'
import { permissionsOf } from './permissions.ts'
import type { Path } from '../../../../instance/yaml/positions.ts'
import { duplicates, error, rows } from '../../../../instance/rules/rule.ts'
import type { RuleInput, VersionRule, VersionRuleInput } from '../../../../instance/rules/rule.ts'
import {
  BASE_ROLE_IN_LIST,
  newerField,
  permissionForEveryone,
  renamedFromExisting,
  renamedFromItself,
  renamedTwice,
  unknownPermission,
} from './texts.ts'

const FILE = 'roles.yaml'
/** The permissions that Mastodon allows for the base role. */
const FOR_EVERYONE: readonly string[] = ['invite_users', 'invite_bypass_approval']

/** Checks that each role has its own name, and only what the server's version knows. */
export const versionRules: VersionRule = function* (input) {
  const { everyone } = input.documents[FILE] ?? {}
  const list = [...rows(input.documents[FILE]?.roles)]
  const named = list.map(([{ name }, index]) => ({
    name,
    shown: name,
    at: () => input.at(FILE, ['roles', index, 'name']),
  }))
  yield* duplicates(named, 'the role')
  yield* renames(input, list)
  if (everyone !== undefined) {
    yield* permissionsKnown(input, everyone.permissions, ['everyone', 'permissions'])
    yield* newerFields(input, everyone, ['everyone'])
    for (const [name, index] of rows(everyone.permissions))
      if (!FOR_EVERYONE.includes(name))
        yield error(
          'base-role',
          permissionForEveryone(name, FOR_EVERYONE),
          input.at(FILE, ['everyone', 'permissions', index]),
        )
  }
  for (const [role, index] of list) {
    yield* permissionsKnown(input, role.permissions, ['roles', index, 'permissions'])
    yield* newerFields(input, role, ['roles', index])
    if (role.name.toLowerCase() === 'everyone')
      yield error('base-role', BASE_ROLE_IN_LIST, input.at(FILE, ['roles', index, 'name']))
  }
}

function* renames({ at }: RuleInput, list: readonly (readonly [Role, number])[]): Generator<Diagnostic> {
  const names = new Set(list.map(([{ name }]) => name))
  const before = new Set<string>()
  for (const [{ name, renamed_from: former }, index] of list) {
    if (former === undefined) continue
    const place = () => at(FILE, ['roles', index, 'renamed_from'])
    if (former === name) yield error('rename', renamedFromItself(name), place())
    else if (names.has(former)) yield error('rename', renamedFromExisting(name, former), place())
    else if (before.has(former)) yield error('rename', renamedTwice(former), place())
    before.add(former)
  }
}

function* permissionsKnown(
  { release, at }: VersionRuleInput,
  permissions: readonly string[],
  path: Path,
): Generator<Diagnostic> {
  const known = permissionsOf(release)
  for (const [name, index] of rows(permissions))
    if (!known.has(name))
      yield error('unknown-permission', unknownPermission(name, release ?? ''), at(FILE, [...path, index]))
}

function* newerFields({ release, keyAt }: VersionRuleInput, role: object, path: Path): Generator<Diagnostic> {
  if (release === null || release >= '4.6') return
  for (const key of ['require_2fa', 'collection_limit'])
    if (key in role) yield error('newer-field', newerField(key, release), keyAt(FILE, [...path, key]))
}
