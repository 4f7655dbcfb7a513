-- Times are milliseconds since 1970; ids of messages and events are 16-byte blobs.

CREATE TABLE queues (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    visibility_ms INTEGER NOT NULL,
    dlq           INTEGER,
    max_receives  INTEGER
) STRICT;

CREATE TABLE topics (
    id      INTEGER PRIMARY KEY,
    channel TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE subscriptions (
    topic INTEGER NOT NULL,
    queue INTEGER NOT NULL,
    raw   INTEGER NOT NULL,
    PRIMARY KEY (topic, queue)
) STRICT, WITHOUT ROWID;

-- A published message is stored once, here; the queues it fans out to refer to it.
CREATE TABLE journal (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    at             INTEGER NOT NULL,
    channel        TEXT NOT NULL,
    event_id       TEXT,
    event_type     TEXT,
    correlation_id TEXT,
    about          TEXT,
    notification   TEXT NOT NULL
) STRICT;
CREATE INDEX journal_event ON journal (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX journal_correlation ON journal (correlation_id) WHERE correlation_id IS NOT NULL;
CREATE INDEX journal_about ON journal (about) WHERE about IS NOT NULL;

-- Ready: visible_at is past. In flight: it is not, and there is a receipt. Delayed: it is not, and there is none.
-- The body is inline (direct and raw sends) or the journal's notification. AUTOINCREMENT: a receipt names a seq, which
-- must never mean another message later.
CREATE TABLE messages (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    queue         INTEGER NOT NULL,
    visible_at    INTEGER NOT NULL,
    sent_at       INTEGER NOT NULL,
    receive_count INTEGER NOT NULL,
    received_at   INTEGER,
    receipt       BLOB,
    owner         INTEGER,
    message_id    BLOB NOT NULL,
    journal       INTEGER,
    body          TEXT,
    attributes    TEXT
) STRICT;
CREATE INDEX messages_ready ON messages (queue, visible_at, sent_at);
CREATE INDEX messages_held ON messages (owner) WHERE owner IS NOT NULL;

CREATE TABLE documents (
    kind       TEXT NOT NULL,
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    owner      TEXT,
    label      TEXT,
    sort       TEXT,
    expires_at INTEGER,
    body       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX documents_key ON documents (kind, id);
CREATE INDEX documents_owner ON documents (kind, owner, coalesce(sort, id), id) WHERE owner IS NOT NULL;
CREATE INDEX documents_label ON documents (kind, label, coalesce(sort, id), id) WHERE label IS NOT NULL;
CREATE INDEX documents_expiry ON documents (expires_at) WHERE expires_at IS NOT NULL;

-- state: 0 in progress, 1 done, 2 suspended. holder: the process whose lease it is.
CREATE TABLE ledger (
    seq            INTEGER PRIMARY KEY,
    agent          TEXT NOT NULL,
    event_id       BLOB NOT NULL,
    correlation_id BLOB NOT NULL,
    event_type     TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    attempts       INTEGER NOT NULL,
    suspensions    INTEGER NOT NULL,
    state          INTEGER NOT NULL,
    token          BLOB,
    lease_until    INTEGER NOT NULL,
    holder         INTEGER,
    verdict        TEXT,
    updated_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX ledger_key ON ledger (agent, event_id);
CREATE INDEX ledger_held ON ledger (holder) WHERE holder IS NOT NULL;

-- seq: the ledger entry's seq, shifted left by 32 bits, plus the message's index: entry and index find a row without an
-- index of their own. ready_at: its due time, or that of its commit. The index is sparse: what is dispatched leaves it.
CREATE TABLE outbox (
    seq        INTEGER PRIMARY KEY,
    agent      TEXT NOT NULL,
    ready_at   INTEGER NOT NULL,
    due        INTEGER,
    dispatched INTEGER NOT NULL,
    channel    TEXT NOT NULL,
    subject    TEXT NOT NULL,
    attributes TEXT NOT NULL,
    body       TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_pending ON outbox (agent, ready_at) WHERE dispatched = 0;

-- object: the name of the immutable body. A body no head names is garbage.
CREATE TABLE blobs (
    key        TEXT PRIMARY KEY,
    object     TEXT NOT NULL,
    sha256     TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    media_type TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Bodies that were replaced, to be removed once nobody can be about to open them.
CREATE TABLE blob_trash (
    object TEXT PRIMARY KEY,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
