INSERT INTO subscriptions (topic, queue, raw) SELECT id, ?2, ?3 FROM topics WHERE channel = ?1
