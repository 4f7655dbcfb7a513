UPDATE outbox SET dispatched = 1 WHERE seq = (?1 << 32) + ?2 AND dispatched = 0
