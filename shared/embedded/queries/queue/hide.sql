UPDATE messages SET visible_at = ?2, receipt = ?3, owner = NULL WHERE seq = ?1
