SELECT event_id FROM ledger WHERE seq = ?1
