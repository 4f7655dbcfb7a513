UPDATE outbox SET dispatched = 1 WHERE entry = ?1 AND idx = ?2 AND dispatched = 0
