INSERT INTO queues (name, visibility_ms) VALUES (?1, ?2)
ON CONFLICT (name) DO NOTHING
