UPDATE queues SET dlq = ?2, max_receives = ?3 WHERE id = ?1
