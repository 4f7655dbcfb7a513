DELETE FROM ledger WHERE seq = ?1
