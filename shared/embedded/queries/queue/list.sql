SELECT queues.id, queues.name, queues.visibility_ms, dead.name, queues.max_receives
FROM queues LEFT JOIN queues AS dead ON dead.id = queues.dlq
ORDER BY queues.name
