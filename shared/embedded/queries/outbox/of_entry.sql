SELECT seq & 4294967295, due, dispatched, channel, subject, attributes, body FROM outbox
WHERE seq >= ?1 << 32 AND seq < (?1 + 1) << 32
ORDER BY seq
