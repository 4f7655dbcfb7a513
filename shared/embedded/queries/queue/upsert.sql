INSERT INTO queues (name, visibility_ms) VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET visibility_ms = ?2
RETURNING id
