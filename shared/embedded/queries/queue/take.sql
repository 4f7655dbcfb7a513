UPDATE messages SET receive_count = receive_count + 1, visible_at = ?2, received_at = ?3, receipt = ?4, owner = ?5
WHERE seq = ?1
