select json_agg(json_build_object(
  'id', a.id::text, 'text', a.text, 'all_day', a.all_day, 'published', a.published,
  'starts_at', to_char(a.starts_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'ends_at', to_char(a.ends_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'notification_sent_at', to_char(a.notification_sent_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'created_at', to_char(a.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by a.id)
from announcements a
