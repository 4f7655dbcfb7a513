INSERT INTO outbox (seq, agent, ready_at, due, dispatched, channel, subject, attributes, body)
VALUES ((?1 << 32) + ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
