UPDATE ledger SET updated_at = ?3 WHERE agent = ?1 AND event_id = ?2 RETURNING seq
