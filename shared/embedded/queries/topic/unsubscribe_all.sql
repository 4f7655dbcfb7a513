DELETE FROM subscriptions WHERE queue = ?1
