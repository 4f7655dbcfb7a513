UPDATE ledger
SET attempts = max(attempts - ?2, 0), token = NULL, lease_until = ?3, holder = NULL, updated_at = ?3
WHERE seq = ?1
