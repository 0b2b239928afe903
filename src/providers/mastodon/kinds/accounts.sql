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
