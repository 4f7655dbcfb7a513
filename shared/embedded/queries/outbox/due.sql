SELECT seq >> 32 AS entry, min(ready_at) AS oldest FROM outbox
WHERE agent = ?1 AND dispatched = 0 AND ready_at <= ?3 AND (due IS NOT NULL OR ready_at <= ?2)
GROUP BY entry
ORDER BY oldest, entry
LIMIT ?4
