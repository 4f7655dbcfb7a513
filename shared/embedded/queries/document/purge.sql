DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE expires_at <= ?1 LIMIT ?2)
