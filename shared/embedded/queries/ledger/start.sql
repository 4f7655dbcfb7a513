UPDATE ledger
SET attempts = ?2, state = 0, token = ?3, lease_until = ?4, holder = ?5, verdict = NULL, updated_at = ?6
WHERE seq = ?1
