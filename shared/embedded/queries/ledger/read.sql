SELECT seq, correlation_id, event_type, fingerprint, attempts, suspensions, state, token, lease_until, verdict, updated_at
FROM ledger WHERE agent = ?1 AND event_id = ?2
