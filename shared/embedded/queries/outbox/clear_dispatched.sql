DELETE FROM outbox WHERE entry = ?1 AND dispatched = 1
