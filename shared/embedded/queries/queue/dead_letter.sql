UPDATE messages SET queue = ?2, visible_at = ?3, receipt = NULL, owner = NULL, received_at = NULL
WHERE seq = ?1
