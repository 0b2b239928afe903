import { already, Changed, done, pick, rowFor, type DoneResult, type WriteScope } from '../connections/writing.ts'
import type { Row, DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import type { Fields, PersonScope, SandboxKind, Write } from '../kind.ts'
import { record } from '../models/audit.ts'
import { one } from '../rows.ts'
import { MADE, quote } from '../sql.ts'

interface UsernameBlockRow extends Row {
  readonly id: string
  readonly username: string
  readonly exact: boolean
  readonly allow_with_approval: boolean
}

/** What a person or a write sets. */
type UsernameChange = Partial<Pick<UsernameBlockRow, 'username' | 'exact' | 'allow_with_approval'>>

const USERNAME_FIELDS = 'id::text, username, exact, allow_with_approval'

/** The names that a new server refuses: whole ones, and parts. */
const SEEDED = [
  ...'abuse account accounts admin administration administrator admins help helpdesk instance mod moderator'.split(' '),
  ...'moderators mods owner root security server staff support webmaster'.split(' '),
].map((username) => ({ username, exact: true }))
const SEEDED_PARTS = ['mastodon', 'mastadon'].map((username) => ({ username, exact: false }))

const LIKE_LETTERS = 'oizeas6tbg'

/** A name as Mastodon compares it: digits as the letters that they look like. Ruby knows no sigma for the end. */
export const comparedUsername = (username: string): string =>
  username
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll(/\d/g, (digit) => LIKE_LETTERS[Number(digit)] ?? digit)

/** What the model finds wrong: that a name is blank, or there already in just these letters. */
export async function usernameComplaints(
  session: DatabaseSession,
  id: string | null,
  username: string | null,
): Promise<readonly Complaint[]> {
  if ((username ?? '').trim() === '') return [{ attribute: 'username', message: "can't be blank" }]
  if (username?.includes('\0')) throw new TypeError('string contains null byte')
  const taken = await session.query(
    'select 1 from username_blocks where username = $1 and id is distinct from $2::bigint',
    [username, id],
  )
  return taken.map(() => ({ attribute: 'username', message: 'has already been taken' }))
}

/** Creates a block. One that differs from another in capitals only is refused by the index. */
export async function createUsernameBlock(
  session: DatabaseSession,
  actor: string,
  { username = '', exact = false, allow_with_approval: approved = false }: UsernameChange,
): Promise<string> {
  demand(await usernameComplaints(session, null, username))
  const [row] = await session.query<{ readonly id: string }>(
    `insert into username_blocks (username, normalized_username, exact, allow_with_approval, created_at, updated_at)
     values ($1, $2, $3, $4, now(), now()) returning id::text`,
    [username, comparedUsername(username), exact, approved],
  )
  const id = row?.id ?? ''
  await record(session, actor, [{ action: 'create', type: 'UsernameBlock', id, name: username }])
  return id
}

/** Changes a block. What changes nothing is logged all the same, and leaves its time alone. */
export async function updateUsernameBlock(
  session: DatabaseSession,
  actor: string,
  block: UsernameBlockRow,
  change: UsernameChange,
): Promise<void> {
  const { username, exact, allow_with_approval: approved } = { ...block, ...change }
  demand(await usernameComplaints(session, block.id, username))
  await session.query(
    `update username_blocks set username = $2, normalized_username = $3, exact = $4, allow_with_approval = $5,
       updated_at = now()
     where id = $1::bigint and (username, exact, allow_with_approval) is distinct from ($2, $4::bool, $5::bool)`,
    [block.id, username, comparedUsername(username), exact, approved],
  )
  await record(session, actor, [{ action: 'update', type: 'UsernameBlock', id: block.id, name: username }])
}

export async function destroyUsernameBlock(
  session: DatabaseSession,
  actor: string,
  block: UsernameBlockRow,
): Promise<void> {
  await session.query('delete from username_blocks where id = $1::bigint', [block.id])
  await record(session, actor, [{ action: 'destroy', type: 'UsernameBlock', id: block.id, name: block.username }])
}

/** Whether a rule of that sort hits a name: `_`, `%` and a backslash of a rule for a part mean what LIKE means. */
export async function hitsUsername(session: DatabaseSession, name: string, approved: boolean): Promise<boolean> {
  const hits = await session.query(
    `select 1 from username_blocks where allow_with_approval = $2 and case when exact
       then normalized_username = $1 else $1 ilike '%' || normalized_username || '%' end`,
    [comparedUsername(name), approved],
  )
  return hits.length > 0
}

/** The block with that id. */
export const findUsernameBlocks = (session: DatabaseSession, id: string): Promise<UsernameBlockRow[]> =>
  session.query<UsernameBlockRow>(`select ${USERNAME_FIELDS} from username_blocks where id = $1::bigint`, [id])

const FIELDS = ['exact', 'allow_with_approval']
const liveUsername = (block: UsernameBlockRow): Fields => pick(block as unknown as Fields, ['username', ...FIELDS])

async function writeUsername({ session, actor }: WriteScope, write: Write): Promise<DoneResult> {
  const change = pick(write.set, FIELDS) as UsernameChange
  if (write.action === 'create') {
    const [present] = await session.query<UsernameBlockRow>(
      `select ${USERNAME_FIELDS} from username_blocks where lower(username) = lower($1)`,
      [write.name],
    )
    const ours = already(write, present && { id: present.id, live: liveUsername(present) })
    if (ours !== undefined) return ours
    const id = await createUsernameBlock(session, actor.id, { ...change, username: write.name })
    const [made] = await findUsernameBlocks(session, id)
    return done(id, made && liveUsername(made))
  }
  const row = rowFor(write, (await findUsernameBlocks(session, write.serverId ?? '0'))[0], liveUsername)
  if (row === undefined) return done(write.serverId)
  if (row.username.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) !== write.name)
    throw new Changed(liveUsername(row))
  if (write.action === 'delete') {
    await destroyUsernameBlock(session, actor.id, row)
    return done(row.id)
  }
  await updateUsernameBlock(session, actor.id, row, change)
  const [after] = await findUsernameBlocks(session, row.id)
  return done(row.id, after && liveUsername(after))
}

/** The block of a name, for a person who sees the list. */
async function blockOf(session: DatabaseSession, username: string): Promise<UsernameBlockRow> {
  return one(
    await session.query<UsernameBlockRow>(`select ${USERNAME_FIELDS} from username_blocks where username = $1`, [
      username,
    ]),
    username,
  )
}

/** Names that nobody may sign up with. */
export const usernameBlock = {
  since: '4.5',
  tables: `
    create table username_blocks (
      id bigserial primary key, allow_with_approval boolean not null default false, created_at timestamp(6) not null,
      exact boolean not null default false, normalized_username varchar not null, updated_at timestamp(6) not null,
      username varchar not null
    );
    create index index_username_blocks_on_normalized_username on username_blocks (normalized_username);
    create unique index index_username_blocks_on_username_lower_btree on username_blocks (lower(username));`,
  readable: ['username_blocks'],
  seed: () => {
    const rows = [...SEEDED, ...SEEDED_PARTS].map(
      ({ username, exact }) => `(${quote(username)}, ${quote(comparedUsername(username))}, ${exact}, false, ${MADE})`,
    )
    return `insert into username_blocks
      (username, normalized_username, exact, allow_with_approval, created_at, updated_at) values ${rows.join(', ')};`
  },
  writes: { username_blocks: writeUsername },
  clicks: {
    blockUsername: ({ session, actor }: PersonScope, block: UsernameChange) =>
      createUsernameBlock(session, actor.id, block),
    editUsernameBlock: async ({ session, actor }: PersonScope, username: string, change: UsernameChange) =>
      updateUsernameBlock(session, actor.id, await blockOf(session, username), change),
    liftUsernameBlock: async ({ session, actor }: PersonScope, username: string) =>
      destroyUsernameBlock(session, actor.id, await blockOf(session, username)),
  },
} satisfies SandboxKind
