SELECT idx, due, dispatched, channel, subject, attributes, body FROM outbox WHERE entry = ?1 ORDER BY idx
