SELECT object FROM blob_trash WHERE at <= ?1 LIMIT ?2
