UPDATE messages SET visible_at = ?2, receipt = NULL, owner = NULL WHERE owner = ?1 AND visible_at > ?2
