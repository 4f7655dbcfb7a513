SELECT (SELECT count(*) FROM messages WHERE queue = ?1 AND visible_at <= ?2 AND sent_at > ?3),
       (SELECT count(*) FROM messages WHERE queue = ?1 AND visible_at > ?2 AND sent_at > ?3 AND receipt IS NOT NULL),
       (SELECT count(*) FROM messages WHERE queue = ?1 AND visible_at > ?2 AND sent_at > ?3 AND receipt IS NULL)
