SELECT seq, state, updated_at FROM ledger WHERE seq > ?1 ORDER BY seq LIMIT ?2
