import type { Sandbox } from '../sandbox/index.ts'

/** Members that the embedded Mastodon does not begin with. The first four are moderators. */
const NEWER = ['bessie', 'clover', 'juniper', 'marigold', 'hazel']
const MEMBERS = ['owner', 'second', 'mod', 'alice', 'bob', ...NEWER]

/** Older than the files that name them: nobody can have registered these names in between. */
const REGISTERED = '2024-02-01 08:00:00'

interface Neighbour {
  readonly domain: string
  readonly accounts: number
  /** How many follows of members go there, and how many come from there. */
  readonly follows: number
  readonly followers: number
}

/** Servers that members talk with. */
const NEIGHBOURS: readonly Neighbour[] = [
  { domain: 'rustlers.example', accounts: 23, follows: 12, followers: 40 },
  { domain: 'market-stall.example', accounts: 6, follows: 5, followers: 9 },
]

/** Gives the embedded Mastodon members, and neighbours with follows in both directions. */
export async function bringToLife(sandbox: Sandbox): Promise<void> {
  await sandbox.transaction(async ({ query }) => {
    await query(
      `with made as (
         insert into accounts (username, created_at, updated_at) select name, $2::timestamp, $2::timestamp
         from unnest($1::text[]) as name returning id, username
       )
       insert into users (email, account_id, confirmed_at, created_at, updated_at)
       select username || '@' || $3::text, id, $2, $2, $2 from made`,
      [NEWER, REGISTERED, sandbox.domain],
    )
    for (const neighbour of NEIGHBOURS) {
      await query(
        `insert into accounts (username, domain, uri, created_at, updated_at)
         select 'user' || n, $1::text, 'https://' || $1::text || '/users/user' || n, $3::timestamp, $3::timestamp
         from generate_series(0, $2::integer - 1) as n`,
        [neighbour.domain, neighbour.accounts, REGISTERED],
      )
      await query(
        `insert into follows (account_id, target_account_id, created_at, updated_at)
         select case when outward then m.id else r.id end, case when outward then r.id else m.id end,
           $3::timestamp, $3::timestamp
         from jsonb_to_recordset($1::jsonb) as f(member text, remote text, outward boolean)
         join accounts m on m.username = f.member and m.domain is null
         join accounts r on r.username = f.remote and r.domain = $2::text`,
        [JSON.stringify(followsOf(neighbour)), neighbour.domain, REGISTERED],
      )
    }
    await query('refresh materialized view instances')
  })
}

/** Shares the follows out; no pair twice. */
function followsOf({
  accounts,
  follows,
  followers,
}: Neighbour): { readonly member: string | undefined; readonly remote: string; readonly outward: boolean }[] {
  const pair = (i: number) => ({
    member: MEMBERS[(i + 5 * Math.floor(i / accounts)) % MEMBERS.length],
    remote: `user${i % accounts}`,
  })
  return [
    ...Array.from({ length: follows }, (_, i) => ({ ...pair(i), outward: true })),
    ...Array.from({ length: followers }, (_, i) => ({ ...pair(i), outward: false })),
  ]
}
