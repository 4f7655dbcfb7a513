INSERT INTO blob_trash (object, at) VALUES (?1, ?2) ON CONFLICT (object) DO NOTHING
