SELECT idx, due, dispatched, channel, subject, attributes, body FROM outbox
WHERE entry = ?1 AND dispatched = 0 AND ((due IS NULL AND ready_at <= ?2) OR due <= ?3)
ORDER BY idx
