INSERT INTO blobs (key, object, sha256, bytes, media_type) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (key) DO UPDATE SET object = ?2, sha256 = ?3, bytes = ?4, media_type = ?5
