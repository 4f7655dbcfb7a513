UPDATE outbox SET seq = seq + ?2 WHERE seq >= ?1 << 32 AND seq < (?1 + 1) << 32
