import type { Diagnostic } from '../diagnostic.ts'
import type { Role } from '../documents.ts'
import { permissionsOf } from '../versions.ts'
import type { Path } from '../yaml/positions.ts'
import { duplicates, error, rows } from './rule.ts'
import type { RuleInput, VersionRule, VersionRuleInput } from './rule.ts'

const FILE = 'roles.yaml'
/** What Mastodon lets the base role have. */
const FOR_EVERYONE: readonly string[] = ['invite_users', 'invite_bypass_approval']

/** Roles are told apart by name, and hold what the server's version knows. */
export const roles: VersionRule = function* (input) {
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
    yield* held(input, everyone.permissions, ['everyone', 'permissions'])
    yield* newer(input, everyone, ['everyone'])
    for (const [name, index] of rows(everyone.permissions))
      if (!FOR_EVERYONE.includes(name))
        yield error(
          'base-role',
          `Mastodon does not let everybody have ${name}`,
          input.at(FILE, ['everyone', 'permissions', index]),
          `Only ${FOR_EVERYONE.join(' and ')} can stand here.`,
        )
  }
  for (const [role, index] of list) {
    yield* held(input, role.permissions, ['roles', index, 'permissions'])
    yield* newer(input, role, ['roles', index])
    if (role.name.toLowerCase() === 'everyone')
      yield error(
        'base-role',
        'everyone is the base role, not one of the list',
        input.at(FILE, ['roles', index, 'name']),
        'Move it to everyone:, above roles:.',
      )
  }
}

function* renames({ at }: RuleInput, list: readonly (readonly [Role, number])[]): Generator<Diagnostic> {
  const names = new Set(list.map(([{ name }]) => name))
  const before = new Set<string>()
  for (const [{ name, renamed_from: former }, index] of list) {
    if (former === undefined) continue
    const place = () => at(FILE, ['roles', index, 'renamed_from'])
    if (former === name) yield error('rename', `${name} is renamed from itself`, place(), 'Delete the line.')
    else if (names.has(former))
      yield error(
        'rename',
        `${name} is renamed from ${former}, which is still a role of its own`,
        place(),
        'Delete that role, or this line.',
      )
    else if (before.has(former))
      yield error('rename', `two roles are renamed from ${former}`, place(), 'Keep one of the two.')
    before.add(former)
  }
}

function* held({ release, at }: VersionRuleInput, permissions: readonly string[], path: Path): Generator<Diagnostic> {
  const known = permissionsOf(release)
  for (const [name, index] of rows(permissions))
    if (!known.has(name))
      yield error(
        'unknown-permission',
        `Mastodon ${release ?? ''} has no permission ${name}`,
        at(FILE, [...path, index]),
        'Delete it, or update Mastodon first: the server would drop it silently.',
      )
}

function* newer({ release, keyAt }: VersionRuleInput, role: object, path: Path): Generator<Diagnostic> {
  if (release === null || release >= '4.6') return
  for (const key of ['require_2fa', 'collection_limit'])
    if (key in role)
      yield error(
        'newer-field',
        `Mastodon ${release} has no ${key}; 4.6 does`,
        keyAt(FILE, [...path, key]),
        'Delete the line, or update Mastodon first.',
      )
}
