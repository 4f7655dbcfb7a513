UPDATE ledger
SET state = 2, verdict = ?2, holder = NULL, token = NULL, suspensions = suspensions + 1, updated_at = ?3
WHERE seq = ?1
