-- Herdbook's reader: answers the one JSON document that `herdbook.request` asks for.
-- The caller has opened a read-only repeatable-read transaction and set `herdbook.request` in it:
--   { "tables": [name, …], "accounts": [username, …], "acting": username, "measure": [{ "domain", "severity" }, …],
-- "seconds": how long to measure (60) }
-- Answer: { "version", "domain", "taken_at", "tables": { name: rows }, "unknown": { name: why } }.
-- A table that was not asked for is not read; one that can't be read is told in "unknown" and stops no other.
-- A timeout is of a whole statement, so that what is measured has one of its own. The settings are left as they were
-- found.
do $settings$ begin
  perform set_config('herdbook.settings', (select json_object_agg(name, current_setting(name))
    from unnest(array['statement_timeout', 'lock_timeout', 'jit', 'enable_seqscan']) as name)::text, true);
  perform set_config('statement_timeout', '60s', true), set_config('lock_timeout', '5s', true);
end $settings$;

do $reader$
declare
  request constant jsonb := current_setting('herdbook.request')::jsonb;
  one record;
  rows text;
  tables text := '';
  unknown jsonb := '{}';
  late boolean := false;
begin
  for one in select * from (values
    ('domain_blocks', $table$
      select json_agg(json_build_object(
        'id', b.id::text, 'domain', b.domain,
        'severity', case b.severity when 0 then 'silence' when 1 then 'suspend' when 2 then 'noop' end,
        'reject_media', b.reject_media, 'reject_reports', b.reject_reports, 'private_comment', b.private_comment,
        'public_comment', b.public_comment, 'obfuscate', b.obfuscate,
        'created_at', to_char(b.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by b.id)
      from domain_blocks b
    $table$),
    ('email_domain_blocks', $table$
      select json_agg(json_build_object(
        'id', b.id::text, 'domain', b.domain, 'allow_with_approval', b.allow_with_approval,
        'created_at', to_char(b.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by b.id)
      from email_domain_blocks b
    $table$),
    ('ip_blocks', $table$
      select json_agg(json_build_object(
        'id', b.id::text, 'ip', host(b.ip) || '/' || masklen(b.ip), 'severity',
        case b.severity when 5000 then 'sign_up_requires_approval'
          when 5500 then 'sign_up_block' when 9999 then 'no_access' end,
        'comment', b.comment, 'created_at', to_char(b.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'expires_at', to_char(b.expires_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by b.id)
      from ip_blocks b
    $table$),
    -- require_2fa and collection_limit are there from 4.6 on: to_jsonb answers null for a column that is not
    ('roles', $table$
      select json_agg(json_build_object(
        'id', r.id::text, 'name', r.name, 'color', r.color, 'position', r.position, 'permissions', r.permissions::text,
        'highlighted', r.highlighted, 'require_2fa', to_jsonb(r) -> 'require_2fa',
        'collection_limit', to_jsonb(r) -> 'collection_limit',
        'created_at', to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by r.id)
      from user_roles r
    $table$),
    ('accounts', $table$
      with named as (
        select lower(name) as username
        from jsonb_array_elements_text(current_setting('herdbook.request')::jsonb -> 'accounts') name
      ), chosen as (
        select u.account_id as id from users u where u.role_id is not null
        union
        select a.id from named n
        join accounts a on lower(a.username) = n.username and coalesce(lower(a.domain), '') = ''
      )
      select json_agg(json_build_object(
        'id', a.id::text, 'username', a.username, 'role_id', u.role_id::text,
        'created_at', to_char(a.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'confirmed', u.confirmed_at is not null,
        'approved', u.approved, 'disabled', u.disabled, 'suspended', a.suspended_at is not null,
        'moved', a.moved_to_account_id is not null) order by a.id)
      from chosen c join accounts a on a.id = c.id join users u on u.account_id = c.id
      where a.domain is null
    $table$),
    ('rules', $table$
      select json_agg(json_build_object(
        'id', r.id::text, 'text', r.text, 'hint', r.hint, 'priority', r.priority,
        'created_at', to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'translations', coalesce((
          select json_agg(json_build_object('language', t.language, 'text', t.text, 'hint', t.hint)
            order by t.language collate "C")
          from rule_translations t where t.rule_id = r.id), '[]')) order by r.priority, r.id)
      from rules r where r.deleted_at is null
    $table$),
    ('settings', $table$
      select json_agg(json_build_object(
        'var', s.var, 'value', s.value, 'updated_at', to_char(s.updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        order by s.var collate "C")
      from settings s
    $table$),
    ('terms_of_services', $table$
      select json_agg(json_build_object(
        'id', t.id::text, 'text', t.text, 'changelog', t.changelog,
        'effective_date', to_char(t.effective_date, 'YYYY-MM-DD'),
        'published_at', to_char(t.published_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'notification_sent_at', to_char(t.notification_sent_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'created_at', to_char(t.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by t.id)
      from terms_of_services t
    $table$),
    ('audit', $table$
      select json_agg(json_build_object(
        'id', l.id::text, 'created_at', to_char(l.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'read_at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
      from (
        select l.id, l.created_at from accounts a join admin_action_logs l on l.account_id = a.id
        where lower(a.username) = lower(current_setting('herdbook.request')::jsonb ->> 'acting')
          and coalesce(lower(a.domain), '') = ''
        order by l.id desc limit 1
      ) l
    $table$)
  ) as known (name, query) where request -> 'tables' ? name
  loop
    begin
      -- once it has struck, the timeout strikes no more
      if late then raise query_canceled; end if;
      execute one.query into rows;
      tables := concat_ws(',', nullif(tables, ''), to_json(one.name) || ':' || coalesce(rows, '[]'));
    exception
      when insufficient_privilege or undefined_table or undefined_column then
        unknown := unknown || jsonb_build_object(one.name, sqlerrm);
      when lock_not_available then
        unknown := unknown || jsonb_build_object(one.name, 'somebody else has locked it for more than 5 s');
      when query_canceled then
        late := true;
        unknown := unknown || jsonb_build_object(one.name, 'it could not be read in 60 s');
    end;
  end loop;
  perform set_config('herdbook.tables', tables, true), set_config('herdbook.unknown', unknown::text, true);
  perform set_config('statement_timeout', coalesce(request ->> 'seconds', '60') || 's', true);
  -- compiling takes longer than all of it, and a table that was never analysed is not to be read row by row
  perform set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true);
end
$reader$;

-- What a silence or a suspension would touch, as the API's measures count it; domains with nothing have no row. The
-- planner can't know
-- how much that is, so that nothing is left to it: the hosts that accounts come from are few beside the accounts, and
-- the index is walked
-- from one to the next; their suffixes are looked up as keys; and each account's follows are looked up, never all
-- follows.
do $impact$
declare
  request constant jsonb := current_setting('herdbook.request')::jsonb;
  rows text;
  tables text := current_setting('herdbook.tables');
  unknown jsonb := current_setting('herdbook.unknown');
begin
  begin
    if request -> 'tables' ? 'impact' then
      with recursive wanted (domains) as materialized (
        select jsonb_object_agg(m.domain, true)
        from jsonb_to_recordset(request -> 'measure') as m(domain text, severity text)
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
        'accounts', cardinality(t.ids), 'members', c.members) order by t.domain collate "C") into rows
      from theirs t cross join lateral (
        select sum(r.follows) as follows, sum(r.followers) as followers, count(distinct r.member) as members
        from (
          select f.account_id as member, 1 as follows, 0 as followers
          from follows f where f.target_account_id = any(t.ids)
          union all
          select f.target_account_id, 0, 1 from follows f where f.account_id = any(t.ids)
        ) r
      ) c;
      tables := concat_ws(',', nullif(tables, ''), '"impact":' || coalesce(rows, '[]'));
    end if;
  exception
    when insufficient_privilege or undefined_table or undefined_column then
      unknown := unknown || jsonb_build_object('impact', sqlerrm);
    when lock_not_available then
      unknown := unknown || jsonb_build_object('impact', 'somebody else has locked it for more than 5 s');
    when query_canceled then
      unknown := unknown || jsonb_build_object(
        'impact', 'it could not be measured in ' || coalesce(request ->> 'seconds', '60') || ' s');
  end;
  perform set_config('herdbook.answer', '{"tables":{' || tables || '},"unknown":' || unknown || '}', true);
  perform set_config(name, value, true)
  from json_each_text(current_setting('herdbook.settings')::json) as was (name, value);
end
$impact$;

select left(current_setting('herdbook.answer'), -1)
  || ',"domain":' || coalesce((
    select to_json(shobj_description(r.oid, 'pg_authid'))::text
    from pg_roles r where r.rolname = 'herdbook_reader'), 'null')
  || ',"version":' || coalesce((
    select case
      when max(c.relname) filter (where a.attname = 'recorded_changes') is not null then '"4.7"'
      when max(c.relname) filter (where a.attname = 'require_2fa') is not null then '"4.6"'
      when max(c.relname) filter (where c.relname = 'username_blocks') is not null then '"4.5"'
      else '"4.4"' end
    from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
    where c.oid in (to_regclass('admin_action_logs'), to_regclass('user_roles'), to_regclass('username_blocks'))
    having count(*) > 0), 'null')
  || ',"taken_at":' || to_json(to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  || '}' as answer;
