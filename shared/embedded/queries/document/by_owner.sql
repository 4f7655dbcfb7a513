SELECT id, version, owner, label, sort, expires_at, body
FROM documents
WHERE kind = ?1 AND owner = ?2 AND (expires_at IS NULL OR expires_at > ?3)
ORDER BY coalesce(sort, id) DESC, id DESC
LIMIT ?4
