select json_agg(json_build_object(
  'id', b.id::text, 'ip', host(b.ip) || '/' || masklen(b.ip), 'severity',
  case b.severity when 5000 then 'sign_up_requires_approval'
    when 5500 then 'sign_up_block' when 9999 then 'no_access' end,
  'comment', b.comment, 'created_at', to_char(b.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'expires_at', to_char(b.expires_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by b.id)
from ip_blocks b
