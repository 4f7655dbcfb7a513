SELECT id, visibility_ms, dlq, max_receives FROM queues WHERE name = ?1
