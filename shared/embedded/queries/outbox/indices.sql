SELECT idx FROM outbox WHERE entry = ?1
