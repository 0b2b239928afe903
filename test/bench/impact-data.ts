import { roleSql } from '../../src/providers/mastodon/database/install.ts'
import { schemaOf } from '../../src/sandbox/tables.ts'

/** How much a server knows of others. */
export interface Size {
  readonly accounts: number
  readonly follows: number
}

export const HOSTS = 15_000

/**
 * What is built when the rows are there, as a restored dump has it; with the indexes of Mastodon's that the embedded
 * one goes without.
 */
const LATER = /^create (?:unique )?index index_(?:accounts|follows)_.*$/gm
const MORE = `
create index index_accounts_on_uri on accounts (uri);
create index index_accounts_on_url on accounts (url text_pattern_ops) where url is not null;
create index index_accounts_on_moved_to_account_id on accounts (moved_to_account_id)
  where moved_to_account_id is not null;`

/** Every fifth host is below the one before it, every seventh has more labels. */
const HOST =
  "case when i % 5 = 0 then 'social.host' || i - 1 || '.example' when i % " +
  "7 = 0 then 'a.b.host' || i || '.test' else 'host' || i || '.example' end"

/**
 * A database as large as that: few hosts have most accounts, few members most follows, and ids come in no order of
 * hosts.
 */
export function herdOf({ accounts, follows }: Size): string {
  const schema = schemaOf('4.6.5')
  const local = Math.round(accounts / 75)
  return `${schema.replaceAll(LATER, '')}
${roleSql('herd.example')}
create table hosts as select i, ${HOST} as host, greatest(1, (${accounts} / (ln(${HOSTS}) + 0.5772) / i)::int) as size
  from generate_series(1, ${HOSTS}) i;
insert into accounts (id, username, created_at, updated_at)
  select n, 'local' || n, now(), now() from generate_series(1, ${local}) n;
insert into accounts (id, username, domain, created_at, updated_at, display_name, uri,
  url, inbox_url, outbox_url, shared_inbox_url, followers_url, public_key, note)
  select ${local} + row_number() over (order by md5(host || k)), 'user' || k, host,
    now(), now(), 'User ' || k, at || '/users/user' || k, at || '/@user' || k,
    at || '/users/user' || k || '/inbox', at || '/users/user' || k || '/outbox', at || '/inbox',
    at || '/users/user' || k || '/followers', repeat('K', 450), repeat('n', 100)
  from (select *, 'https://' || host as at from hosts) h cross join lateral generate_series(1, size) k;
select setseed(0.5);
insert into follows (account_id, target_account_id, created_at, updated_at)
  select distinct case when out then member else other end, case when out then other else member end, now(), now()
  from (select n % 2 = 0 as out, 1 + floor(${local} * power(random(), 2))::bigint as member,
    ${local + 1} + floor(${accounts} * power(random(), 1.5))::bigint as other
    from generate_series(1, ${follows}) n) pairs;
${(schema.match(LATER) ?? []).join('\n')}${MORE}
vacuum analyze;
`
}

/** What is asked, by the hosts' places in order of size: those of the report, and one that is much more. */
export const QUESTIONS: { readonly [name: string]: (hostAt: (place: number) => string) => readonly string[] } = {
  '25 domains': (hostAt) => places(25, (n) => hostAt(50 + 8 * n)),
  'three hosts with 7 % of the accounts': (hostAt) => [hostAt(4), hostAt(6), hostAt(8)],
  '2,000 domains of a block list': (hostAt) => [
    ...places(1_800, (n) => hostAt(900 + 7 * n)),
    ...places(190, (n) => `nowhere${n}.example`),
    ...['host904', 'host909', 'host914', 'host919', 'host924'].map((name) => `${name}.example`),
    'b.host77.test',
    'host77.test',
    'host91.test',
    'host84.test',
    'host119.test',
  ],
  '2,000 domains with 16 % of the accounts': (hostAt) => [
    ...places(1_400, (n) => hostAt(40 + 10 * n)),
    ...places(594, (n) => `nowhere${n}.example`),
    ...['host4', 'host9', 'host14', 'host19', 'host24', 'host29'].map((name) => `${name}.example`),
  ],
}

const places = (count: number, at: (n: number) => string): string[] => Array.from({ length: count }, (_, n) => at(n))

/** The same answer by another way: the hosts of each domain, then all accounts and all follows beside them. */
export const naive = (domains: readonly string[]): string => `
create temp table covered as select distinct d.domain, h.host
  from unnest(array[${domains.map((domain) => `'${domain}'`).join(', ')}]) as d (domain)
  join hosts h on h.host = d.domain or right(h.host, length(d.domain) + 1) = '.' || d.domain;
create temp table theirs as select c.domain, a.id from covered c join accounts a on a.domain = c.host;
analyze covered; analyze theirs;
create temp table cut as
  select t.domain, f.account_id as member, true as is_follow from theirs t join follows f on f.target_account_id = t.id
  union all select t.domain, f.target_account_id, false from theirs t join follows f on f.account_id = t.id;
select json_agg(json_build_object('domain', k.domain, 'follows', coalesce(c.follows, 0),
  'followers', coalesce(c.followers, 0), 'accounts', k.accounts, 'members', coalesce(c.members, 0))
  order by k.domain collate "C")
from (select domain, count(*) as accounts from theirs group by domain) k
left join (select domain, count(*) filter (where is_follow) as follows,
  count(*) filter (where not is_follow) as followers, count(distinct member) as members
  from cut group by domain) c on c.domain = k.domain;`
