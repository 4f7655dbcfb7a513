SELECT topics.channel, subscriptions.raw
FROM subscriptions JOIN topics ON topics.id = subscriptions.topic
WHERE subscriptions.queue = ?1
ORDER BY topics.channel
