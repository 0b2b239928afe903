select json_agg(json_build_object(
  'var', s.var, 'value', s.value, 'updated_at', to_char(s.updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  order by s.var collate "C")
from settings s
