DELETE FROM messages WHERE seq IN (
    SELECT seq FROM (SELECT seq, sent_at FROM messages ORDER BY seq LIMIT ?2) WHERE sent_at <= ?1
)
