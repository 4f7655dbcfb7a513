SELECT queue, raw FROM subscriptions WHERE topic = ?1
