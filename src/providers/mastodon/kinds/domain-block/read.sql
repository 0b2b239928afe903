select json_agg(json_build_object(
  'id', b.id::text, 'domain', b.domain,
  'severity', case b.severity when 0 then 'silence' when 1 then 'suspend' when 2 then 'noop' end,
  'reject_media', b.reject_media, 'reject_reports', b.reject_reports, 'private_comment', b.private_comment,
  'public_comment', b.public_comment, 'obfuscate', b.obfuscate,
  'created_at', to_char(b.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by b.id)
from domain_blocks b
