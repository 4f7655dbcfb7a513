SELECT min(visible_at) FROM messages WHERE queue = ?1 AND visible_at > ?2
