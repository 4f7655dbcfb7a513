UPDATE ledger SET state = 1, verdict = ?2, holder = NULL, updated_at = ?3 WHERE seq = ?1
