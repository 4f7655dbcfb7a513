SELECT messages.seq, messages.message_id, messages.sent_at, messages.receive_count,
       coalesce(messages.body, journal.notification), messages.attributes
FROM messages LEFT JOIN journal ON journal.seq = messages.journal
WHERE messages.queue = ?1 AND messages.visible_at <= ?2
ORDER BY messages.visible_at, messages.sent_at, messages.seq
LIMIT ?3
