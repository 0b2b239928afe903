select json_agg(json_build_object(
  'id', b.id::text, 'domain', b.domain, 'allow_with_approval', b.allow_with_approval,
  'created_at', to_char(b.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by b.id)
from email_domain_blocks b
