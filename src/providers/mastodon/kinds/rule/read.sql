select json_agg(json_build_object(
  'id', r.id::text, 'text', r.text, 'hint', r.hint, 'priority', r.priority,
  'created_at', to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'translations', coalesce((
    select json_agg(json_build_object('language', t.language, 'text', t.text, 'hint', t.hint)
      order by t.language collate "C")
    from rule_translations t where t.rule_id = r.id), '[]')) order by r.priority, r.id)
from rules r where r.deleted_at is null
