SELECT key, object, sha256, bytes, media_type FROM blobs WHERE key = ?1
