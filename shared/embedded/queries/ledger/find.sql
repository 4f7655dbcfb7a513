SELECT seq, fingerprint, attempts, suspensions, state, token, lease_until, updated_at
FROM ledger WHERE agent = ?1 AND event_id = ?2
