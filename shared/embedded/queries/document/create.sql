INSERT INTO documents (kind, id, version, owner, label, sort, expires_at, body)
VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (kind, id) DO UPDATE
SET version = 1, owner = ?3, label = ?4, sort = ?5, expires_at = ?6, body = ?7
WHERE documents.expires_at <= ?8
