DELETE FROM journal WHERE seq IN (
    SELECT seq FROM (SELECT seq, at FROM journal ORDER BY seq LIMIT ?2) WHERE at <= ?1
)
