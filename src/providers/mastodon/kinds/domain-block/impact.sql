-- What a silence or a suspension would touch, as the API's measures count it; domains with nothing have no row. The
-- planner can't know how much that is, so that nothing is left to it: the hosts that accounts come from are few beside
-- the accounts, and the index is walked from one to the next; their suffixes are looked up as keys; and each account's
-- follows are looked up, never all follows.
with recursive wanted (domains) as materialized (
  select jsonb_object_agg(m.domain, true)
  from jsonb_to_recordset(current_setting('herdbook.request')::jsonb -> 'measure') as m(domain text, severity text)
  left join domain_blocks b on b.domain = m.domain
  where case m.severity when 'silence' then b.severity is distinct from 0 and b.severity is distinct from 1
    when 'suspend' then b.severity is distinct from 1 else false end
), hosts (host) as (
  select (select min(a.domain) from accounts a) where exists (select from wanted where domains is not null)
  union all
  select (select min(a.domain) from accounts a where a.domain > h.host) from hosts h where h.host is not null
), touched as materialized (
  select above.domain, array_agg(h.host) as hosts
  from hosts h cross join lateral (
    select array_to_string(l.labels[n:], '.') as domain
    from (select string_to_array(h.host, '.') as labels) l
    cross join lateral generate_series(1, cardinality(l.labels)) as n offset 0
  ) above
  where (select domains from wanted) ? above.domain
  group by above.domain
), theirs as materialized (
  select t.domain, array(
    select x.id from unnest(t.hosts) as h (host)
    cross join lateral (select a.id from accounts a where a.domain = h.host offset 0) x order by x.id
  ) as ids
  from touched t
)
select json_agg(json_build_object('domain', t.domain,
  'follows', coalesce(c.follows, 0), 'followers', coalesce(c.followers, 0),
  'accounts', cardinality(t.ids), 'members', c.members) order by t.domain collate "C")
from theirs t cross join lateral (
  select sum(r.follows) as follows, sum(r.followers) as followers, count(distinct r.member) as members
  from (
    select f.account_id as member, 1 as follows, 0 as followers
    from follows f where f.target_account_id = any(t.ids)
    union all
    select f.target_account_id, 0, 1 from follows f where f.account_id = any(t.ids)
  ) r
) c
