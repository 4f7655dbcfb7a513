SELECT seq, at, channel, event_id, event_type, correlation_id, about, notification
FROM journal WHERE seq > ?1 AND (?2 IS NULL OR channel = ?2) ORDER BY seq LIMIT ?3
