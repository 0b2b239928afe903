select json_agg(json_build_object(
  'id', b.id::text, 'username', b.username, 'exact', b.exact, 'allow_with_approval', b.allow_with_approval,
  'created_at', to_char(b.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by b.id)
from username_blocks b
