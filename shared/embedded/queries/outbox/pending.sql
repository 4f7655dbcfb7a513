SELECT EXISTS (SELECT 1 FROM outbox WHERE seq >= ?1 << 32 AND seq < (?1 + 1) << 32 AND dispatched = 0)
