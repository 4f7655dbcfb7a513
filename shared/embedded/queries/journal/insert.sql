INSERT INTO journal (at, channel, event_id, event_type, correlation_id, about, notification)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
