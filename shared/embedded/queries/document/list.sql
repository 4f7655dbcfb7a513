SELECT id, version, owner, label, sort, expires_at, body
FROM documents
WHERE kind = ?1 AND id >= ?2 AND (?3 IS NULL OR id < ?3) AND (expires_at IS NULL OR expires_at > ?4)
ORDER BY id
LIMIT ?5
