-- require_2fa and collection_limit are there from 4.6 on: to_jsonb answers null for a column that is not
select json_agg(json_build_object(
  'id', r.id::text, 'name', r.name, 'color', r.color, 'position', r.position, 'permissions', r.permissions::text,
  'highlighted', r.highlighted, 'require_2fa', to_jsonb(r) -> 'require_2fa',
  'collection_limit', to_jsonb(r) -> 'collection_limit',
  'created_at', to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by r.id)
from user_roles r
