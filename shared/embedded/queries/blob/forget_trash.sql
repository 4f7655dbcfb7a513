DELETE FROM blob_trash WHERE object = ?1
