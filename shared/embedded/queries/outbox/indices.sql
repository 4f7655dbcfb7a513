SELECT seq & 4294967295 FROM outbox WHERE seq >= ?1 << 32 AND seq < (?1 + 1) << 32
