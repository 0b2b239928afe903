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
    -- tables --
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

do $measure$
declare
  request constant jsonb := current_setting('herdbook.request')::jsonb;
  one record;
  rows text;
  tables text := current_setting('herdbook.tables');
  unknown jsonb := current_setting('herdbook.unknown');
begin
  for one in select * from (values
    -- measured --
  ) as known (name, query) where request -> 'tables' ? name
  loop
    begin
      execute one.query into rows;
      tables := concat_ws(',', nullif(tables, ''), to_json(one.name) || ':' || coalesce(rows, '[]'));
    exception
      when insufficient_privilege or undefined_table or undefined_column then
        unknown := unknown || jsonb_build_object(one.name, sqlerrm);
      when lock_not_available then
        unknown := unknown || jsonb_build_object(one.name, 'somebody else has locked it for more than 5 s');
      when query_canceled then
        unknown := unknown || jsonb_build_object(
          one.name, 'it could not be measured in ' || coalesce(request ->> 'seconds', '60') || ' s');
    end;
  end loop;
  perform set_config('herdbook.answer', '{"tables":{' || tables || '},"unknown":' || unknown || '}', true);
  perform set_config(name, value, true)
  from json_each_text(current_setting('herdbook.settings')::json) as was (name, value);
end
$measure$;

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
