select json_agg(json_build_object(
  'id', l.id::text, 'created_at', to_char(l.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'read_at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
from (
  select l.id, l.created_at from accounts a join admin_action_logs l on l.account_id = a.id
  where lower(a.username) = lower(current_setting('herdbook.request')::jsonb ->> 'acting')
    and coalesce(lower(a.domain), '') = ''
  order by l.id desc limit 1
) l
