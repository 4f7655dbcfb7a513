SELECT seq, at, channel, event_id, event_type, correlation_id, about, notification
FROM journal WHERE about = ?1 ORDER BY seq LIMIT ?2
