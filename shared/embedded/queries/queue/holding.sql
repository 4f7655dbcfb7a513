SELECT receipt, visible_at, received_at FROM messages WHERE seq = ?1 AND queue = ?2
