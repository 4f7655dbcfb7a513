SELECT object FROM blobs WHERE object >= ?1 AND object < ?2
UNION ALL
SELECT object FROM blob_trash WHERE object >= ?1 AND object < ?2
