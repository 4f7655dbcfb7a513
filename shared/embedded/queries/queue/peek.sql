SELECT messages.message_id, messages.sent_at, messages.receive_count, messages.visible_at,
       messages.receipt IS NOT NULL, coalesce(messages.body, journal.notification), messages.attributes
FROM messages LEFT JOIN journal ON journal.seq = messages.journal
WHERE messages.queue = ?1 AND messages.sent_at > ?2
ORDER BY messages.seq
LIMIT ?3
