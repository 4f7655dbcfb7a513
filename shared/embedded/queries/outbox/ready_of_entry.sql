SELECT seq & 4294967295, due, dispatched, channel, subject, attributes, body FROM outbox
WHERE seq >= ?1 << 32 AND seq < (?1 + 1) << 32
    AND dispatched = 0 AND ((due IS NULL AND ready_at <= ?2) OR due <= ?3)
ORDER BY seq
