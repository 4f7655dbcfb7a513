SELECT key, object, sha256, bytes, media_type FROM blobs
WHERE key >= ?1 AND key > ?2 AND (?3 IS NULL OR key < ?3)
ORDER BY key
LIMIT ?4
