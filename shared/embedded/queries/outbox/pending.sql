SELECT EXISTS (SELECT 1 FROM outbox WHERE entry = ?1 AND dispatched = 0)
