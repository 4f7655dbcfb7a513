UPDATE documents
SET version = version + 1, owner = ?3, label = ?4, sort = ?5, expires_at = ?6, body = ?7
WHERE kind = ?1 AND id = ?2 AND version = ?9 AND (expires_at IS NULL OR expires_at > ?8)
