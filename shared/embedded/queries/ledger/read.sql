SELECT correlation_id, event_type, verdict FROM ledger WHERE seq = ?1
