UPDATE ledger SET lease_until = ?2, holder = NULL WHERE holder = ?1
