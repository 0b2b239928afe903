select json_agg(json_build_object(
  'id', t.id::text, 'text', t.text, 'changelog', t.changelog,
  'effective_date', to_char(t.effective_date, 'YYYY-MM-DD'),
  'published_at', to_char(t.published_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'notification_sent_at', to_char(t.notification_sent_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'created_at', to_char(t.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by t.id)
from terms_of_services t
