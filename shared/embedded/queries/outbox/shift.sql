UPDATE outbox SET idx = idx + ?2 WHERE entry = ?1
