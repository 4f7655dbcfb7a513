INSERT INTO ledger (agent, event_id, correlation_id, event_type, fingerprint, attempts, suspensions, state, token,
                    lease_until, holder, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, 1, 0, 0, ?6, ?7, ?8, ?9)
