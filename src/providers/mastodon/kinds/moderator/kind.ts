import type { Field } from '../../../../instance/field.ts'
import { byName } from '../../../../instance/edit/shapes.ts'
import { claimOf } from '../../../../reconcile/claims.ts'
import { permissionNames } from '../role/permissions.ts'
import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import type { Instance } from '../../../../instance/instance.ts'
import { rowsKnown, tableIn, type Tables, type Write } from '../../tables.ts'
import type { ApplyContext, MastodonKind } from '../../kind.ts'
import type { DraftStep, KindInput, OrderHints } from '../../../../reconcile/kind.ts'
import type { LiveObject, Candidate } from '../../../../reconcile/objects.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import type { Value } from '../../../../instance/values.ts'
import { about, current, odd, rowsOf, send, word } from '../common.ts'
import { type AccountRow, accountId, ACCOUNTS, obstacleOf } from '../accounts.ts'
import { outranked, tooLow, unentitled } from '../acting-account.ts'
import { nameToday, roleNames } from '../role/kind.ts'
import { EVERYONE_ID, type RoleRow, ROLES } from '../role/table.ts'
import { fileRules } from './file-rules.ts'
import { invariants } from './invariants.ts'
import {
  ALSO_MODERATORS,
  MODERATOR,
  MODERATOR_WORDS,
  noSuchRole,
  removeFromFiles,
  SESSIONS_END,
  unlistedRole,
} from './texts.ts'

const FILE = 'moderators.yaml'

function readHolders(
  accounts: readonly AccountRow[],
  roles: readonly RoleRow[],
  { instance, desired, objectsOf }: KindInput,
): LiveObject[] {
  const names = roleNames(roles, instance.documents['roles.yaml']?.roles ?? [], objectsOf('role').ledger)
  const acting = instance.documents['instance.yaml']?.acting_account
  const wanted = new Set(desired.map((object) => object.id))
  return accounts.flatMap((row) => {
    const id = accountId(row.username)
    if (row.role_id === null || row.role_id === EVERYONE_ID) return []
    // Leaving the acting account out of a list does not take its role.
    const spared = acting !== undefined && id === accountId(acting) && !wanted.has(id)
    const held = names.get(row.role_id) ?? odd(unlistedRole(row.role_id))
    const called = roles.find((role) => role.id === row.role_id)?.name ?? held
    // `seenAs` is the role's id: renaming a role changes no holder.
    return [
      {
        id,
        serverId: row.id,
        seenAs: row.role_id,
        ...(spared ? { spared } : {}),
        fields: called === held ? { role: held } : { role: held, called },
      },
    ]
  })
}

function prospectsOf(accounts: readonly AccountRow[], { desired }: KindInput): Map<string, Candidate> {
  const rows = new Map(accounts.map((row) => [accountId(row.username), row]))
  return new Map(
    desired.map(({ id }) => {
      const row = rows.get(id)
      const obstacle = obstacleOf(row, id)
      return [
        id,
        {
          serverId: row?.id ?? null,
          ...(row ? { createdAt: row.created_at } : {}),
          ...(obstacle === undefined ? {} : { obstacle }),
        },
      ]
    }),
  )
}

const acts = ({ id }: Step, { instance }: OrderHints): boolean =>
  id === accountId(instance.documents['instance.yaml']?.acting_account ?? '')

/** Computes how far a step raises its account, by rank. An administrator's role is above all. */
function rise({ seen, target }: Step, { fieldsOf }: OrderHints): number {
  const rank = (role: Value | undefined): number => {
    if (typeof role !== 'string') return 0
    const { permissions, position } = fieldsOf(`role/${role}`)
    return Array.isArray(permissions) && permissions.includes('administrator') ? Infinity : Number(position ?? 0)
  }
  const [from, to] = [rank(seen['role']), rank(target['role'])]
  return from === to ? 0 : to - from
}

/** Makes the write. It names roles by the server's ids, since one may have been renamed meanwhile. */
function writeOf(step: Step, { guard, serverId }: ApplyContext): Write {
  const idOf = (role: Value | undefined): Value => (typeof role === 'string' ? serverId(`role/${role}`) : null)
  const base = { table: 'role_of', serverId: step.serverId, name: step.id, guard } as const
  const expect = { role_id: idOf(step.seen['role']) }
  return {
    ...base,
    action: step.action,
    expect,
    set: step.action === 'delete' ? {} : { role_id: idOf(step.target['role']) },
  }
}

/** Refuses a role that is neither in the files nor on the server: it was probably renamed there. */
function unknownRole(step: DraftStep, tables: Tables, instance: Instance): Diagnostic[] {
  const wanted = step.target['role']
  const roles = tableIn(tables, ROLES)
  const named = (role: { readonly name: string }): boolean => role.name === wanted
  if (
    step.action === 'delete' ||
    roles.state === 'unknown' ||
    roles.rows.some(named) ||
    instance.documents['roles.yaml']?.roles?.some(named)
  )
    return []
  const there = roles.rows.filter(({ id }) => id !== EVERYONE_ID).map(({ name }) => name)
  const texts = noSuchRole({ ref: `${step.kind}/${step.id}`, role: word(wanted), there })
  return [about(step, instance, { code: 'no-such-role', severity: 'error', ...texts })]
}

const FIELDS: readonly Field[] = [
  { name: 'role', form: 'word', required: true, main: true },
  { name: 'until', form: 'moment', inFilesOnly: true },
]

export const moderator: MastodonKind = {
  name: 'moderator',
  provider: 'mastodon',
  title: MODERATOR,
  sources: [FILE],
  drift: 'report',
  tables: [ACCOUNTS, ROLES],
  program: new URL('write.rb', import.meta.url),
  writes: ['console'],
  absence: { is: 'delete' },
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'moderators',
    name: 'account',
    normal: accountId,
    display: (id) => id,
    fields: FIELDS,
    sort: byName('account'),
  },
  words: MODERATOR_WORDS,
  fileRules,
  invariants,
  staff: true,
  private: 'staff',
  identify: accountId,
  adopt: { onRequest: ALSO_MODERATORS, whenEmpty: true },
  claims: (instance, now) => {
    const file = instance.documents[FILE]
    if (!file?.moderators) return claimOf(FILE, undefined)
    const objects = current(file.moderators, now, (entry, i) => ({
      id: accountId(entry.account),
      fields: { role: entry.role },
      source: { file: FILE, path: ['moderators', i] },
    }))
    return claimOf(FILE, objects, file.only_these ? 'delete' : 'leave')
  },
  ofAccounts: true,
  accounts: (objects) => objects.map((object) => object.id),
  read: (tables, hints) => {
    const accounts = rowsOf(tables, ACCOUNTS)
    return { objects: readHolders(accounts, rowsOf(tables, ROLES), hints), prospects: prospectsOf(accounts, hints) }
  },
  remembered: ({ role }, instance, live) =>
    typeof role === 'string'
      ? {
          role:
            role === live['called']
              ? (live['role'] ?? role)
              : nameToday(role, instance.documents['roles.yaml']?.roles ?? []),
        }
      : {},
  removal: removeFromFiles,
  hazard: () => 'disruptive',
  opens: (step) => step.action !== 'delete',
  note: (step) => (step.action === 'delete' ? SESSIONS_END : undefined),
  // First those who rise, so that there are always enough owners. The acting account falls last.
  order: (a, b, hints) => Number(acts(a, hints)) - Number(acts(b, hints)) || rise(b, hints) - rise(a, hints),
  after: (step) => (step.action === 'delete' ? [] : [`role/${word(step.target['role'])}`]),
  advice: (step, tables, { instance }) => {
    const role = instance.documents['roles.yaml']?.roles?.find(({ name }) => name === step.target['role'])
    const row = rowsKnown(tables, ROLES).find(({ name }) => name === step.target['role'])
    const position = role?.position ?? row?.position
    const held = rowsKnown(tables, ACCOUNTS).find(({ id }) => id === step.serverId)?.role_id
    return [
      ...unknownRole(step, tables, instance),
      ...unentitled(step, tables, instance),
      ...outranked(step, held ?? null, tables, instance),
      ...(position === undefined
        ? []
        : tooLow(
            step,
            { position, permissions: role?.permissions ?? permissionNames(row?.permissions ?? '0') },
            tables,
            instance,
          )),
    ]
  },
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step, context)]),
}
