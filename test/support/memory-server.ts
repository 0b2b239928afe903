import type { Relations } from '../../src/instance/relations.ts'
import { permissionMask } from './permissions.ts'
import type { Permission } from '../../src/instance/documents.ts'
import { READ } from '../../src/providers/mastodon/database/rows.ts'
import { nameIn, PLAIN, type PlainRow } from './plain-kinds.ts'
import type { TableRows, TableName } from './rows.ts'

/** Tables that hold rows; what a block touches is counted from `relations`. */
export type Stored = Exclude<TableName, 'impact' | 'audit'>

/** A live server as plain data: it can be cloned, compared and printed. */
export interface Server {
  readonly rows: { [Name in Stored]: TableRows[Name][] } & { [table: string]: object[] }
  /** What the accounts of a host have with members; a suspension takes the follows away for good. */
  readonly relations: Map<string, Relations>
  /** Relations cut so far. */
  severed: number
  /** Usernames whose sessions were ended, and dates of terms and keys of announcements that mail went out for. */
  readonly ended: string[]
  readonly mailed: string[]
  readonly version: string
  now: number
  nextId: number
}

export const ACTOR = 'herdbook'
export const EVERYONE_ID = '-99'
const START = Date.parse('2026-11-23T12:00:00Z')

const role = (id: string, name: string, position: number, permissions: readonly Permission[]): TableRows['roles'] => ({
  id,
  name,
  color: '',
  position,
  permissions: permissionMask(permissions),
  highlighted: position > 0,
  require_2fa: false,
  collection_limit: 10,
  created_at: '2024-01-01T00:00:00.000Z',
})

const account = (
  id: string,
  username: string,
  role_id: string | null,
  rest: Partial<TableRows['accounts']> = {},
): TableRows['accounts'] => ({
  id,
  username,
  role_id,
  created_at: '2024-02-02T00:00:00.000Z',
  confirmed: true,
  approved: true,
  disabled: false,
  suspended: false,
  moved: false,
  ...rest,
})

/** A server as Mastodon sets it up, with two owners, the bot and some members, of whom two can't hold a role yet. */
export function newServer(relations: ReadonlyMap<string, Relations> = new Map()): Server {
  return {
    rows: {
      ...(Object.fromEntries(READ.map(({ name }) => [name, []])) as unknown as Server['rows']),
      roles: [
        role(EVERYONE_ID, '', -1, ['invite_users']),
        role('1', 'Moderator', 10, ['view_dashboard', 'manage_reports', 'manage_users']),
        role('2', 'Admin', 100, ['view_dashboard', 'manage_federation', 'manage_roles', 'manage_settings']),
        role('3', 'Owner', 1000, ['administrator']),
        // As high as an owner: who acts may take any role away.
        role('4', 'Herdbook', 1000, [
          'manage_federation',
          'manage_blocks',
          'manage_roles',
          'manage_rules',
          'manage_settings',
          'view_dashboard',
        ]),
      ],
      accounts: [
        account('101', 'olga', '3'),
        account('102', 'Otto', '3'),
        account('103', 'alice', null),
        account('104', 'bob', null),
        account('105', 'carol', '1'),
        account('106', 'dave', null, { confirmed: false }),
        account('107', 'erin', null, { suspended: true }),
        account('108', ACTOR, '4'),
      ],
    },
    relations: new Map(relations),
    severed: 0,
    ended: [],
    mailed: [],
    version: '4.6.5',
    now: START,
    nextId: 1000,
  }
}

export const clone = (server: Server): Server => structuredClone(server)

/** The server's time, which moves on by a second with every write. */
export const timeOf = (server: Server): Date => new Date(server.now)
export const stamp = (server: Server): string => new Date((server.now += 1000)).toISOString()
export const newId = (server: Server): string => String(server.nextId++)

/** The rows of a plain kind. */
export const plainRows = ({ rows }: Pick<Server, 'rows'>, table: string): PlainRow[] => rows[table] as PlainRow[]

const covers = (domain: string, host: string): boolean => host === domain || host.endsWith(`.${domain}`)

/** What a block of a domain touches, subdomains included. */
export function touchedBy(server: Server, domain: string): Relations {
  const hosts = [...server.relations].filter(([host]) => covers(domain, host)).map(([, impact]) => impact)
  const sum = (field: 'follows' | 'followers' | 'accounts'): number =>
    hosts.reduce((total, impact) => total + impact[field], 0)
  return { follows: sum('follows'), followers: sum('followers'), accounts: sum('accounts') }
}

/** The work that a suspension queues: accounts are deleted, with all that they follow and are followed by. */
export function sever(server: Server, domain: string): void {
  for (const [host, impact] of server.relations) {
    if (!covers(domain, host)) continue
    server.severed += impact.follows + impact.followers
    server.relations.set(host, { ...impact, follows: 0, followers: 0 })
  }
}

export const rulesInOrder = (server: Server): TableRows['rules'][] =>
  server.rows.rules.toSorted((a, b) => a.priority - b.priority || Number(a.id) - Number(b.id))

/** The state as people see it: without ids and times, which another run of the same files may give otherwise. */
export function seenState({ rows, relations, severed, ended, mailed }: Server): unknown {
  const roleName = (id: string | null): string | null => rows.roles.find((r) => r.id === id)?.name ?? null
  const sorted = <Row>(list: readonly Row[], name: (row: Row) => string): Row[] =>
    list.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))
  const bare = <Row extends { id: string; created_at: string }>({
    id: _id,
    created_at: _at,
    ...row
  }: Row): Omit<Row, 'id' | 'created_at'> => row
  return {
    domain_blocks: sorted(rows.domain_blocks, (b) => b.domain).map(bare),
    plain: PLAIN.map((plain) => sorted(plainRows({ rows }, plain.table), (row) => nameIn(plain, row)).map(bare)),
    roles: sorted(rows.roles, (r) => r.name).map(bare),
    holders: sorted(rows.accounts, (a) => a.username).map((a) => [a.username, roleName(a.role_id)]),
    rules: rows.rules
      .toSorted((a, b) => a.priority - b.priority || Number(a.id) - Number(b.id))
      .map((r) => ({ text: r.text, hint: r.hint, translations: sorted(r.translations, (t) => t.language) })),
    announcements: sorted(
      rows.announcements.filter((a) => a.published),
      (a) => a.text,
    ).map((a) => [a.text, a.starts_at, a.ends_at, a.all_day, a.notification_sent_at !== null]),
    settings: sorted(rows.settings, (s) => s.var).map((s) => [s.var, s.value]),
    terms: sorted(rows.terms_of_services, (t) => t.effective_date ?? '').map((t) => [
      t.effective_date,
      t.text,
      t.changelog,
      t.notification_sent_at !== null,
    ]),
    relations: sorted([...relations], ([host]) => host),
    severed,
    ended: [...new Set(ended)].sort(),
    mailed: [...mailed].sort(),
  }
}
