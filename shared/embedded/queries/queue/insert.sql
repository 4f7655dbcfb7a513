INSERT INTO messages (queue, visible_at, sent_at, receive_count, message_id, journal, body, attributes)
VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7)
