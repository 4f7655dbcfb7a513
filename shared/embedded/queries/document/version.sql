SELECT version FROM documents WHERE kind = ?1 AND id = ?2 AND (expires_at IS NULL OR expires_at > ?3)
