//! The native twin: the statements that the mesh runs for one echoed event, in a plain loop on one thread. It has no
//! contracts, no envelope to decode, no agents, no threads: what is left is what SQLite takes.

use std::{path::Path, time::Instant};

use rusqlite::{Connection, OpenFlags, params};

use crate::{
    disk::fresh_id,
    sample::{Sample, cpu_seconds},
};

/// A statement of the embedded store.
macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!("../../shared/embedded/queries/", $name, ".sql"))
    };
}

const NOW: i64 = 1_790_000_000_000;
const LATER: i64 = NOW + 60_000;
const RECEIVED_AT_ONCE: usize = 10;
const TOPICS: [&str; 2] = ["/echo/requested", "/echo/echoed"];

/// A message as received.
struct Delivery {
    seq: i64,
    body: String,
}

struct Twin {
    conn: Connection,
    /// Events whose like steps share one transaction.
    group: usize,
}

/// Handles `events` events; `group` of them share each transaction.
#[must_use]
pub fn run(root: &Path, events: usize, group: usize) -> Sample {
    let directory = tempfile::tempdir_in(root).unwrap().keep();
    let twin = Twin { conn: open(&directory.join("twin.db")), group };
    twin.fill(events);
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let mut handled = 0;
    loop {
        let deliveries = twin.receive();
        if deliveries.is_empty() {
            break;
        }
        handled += deliveries.len();
        for group in deliveries.chunks(twin.group) {
            twin.handle(group);
        }
        twin.ack(&deliveries);
    }
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    assert_eq!((handled, twin.count("journal"), twin.count("messages")), (events, 2 * events, 0));
    Sample::of(&[("events/s", events as f64 / seconds), ("CPU us/event", cpu * 1e6 / events as f64)])
}

/// The pragmas of the embedded store's writer.
fn open(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).unwrap();
    conn.set_prepared_statement_cache_capacity(128);
    conn.pragma_update(None, "cache_size", -16 * 1024).unwrap();
    conn.pragma_update(None, "temp_store", "MEMORY").unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.pragma_update(None, "synchronous", "NORMAL").unwrap();
    conn.pragma_update(None, "wal_autocheckpoint", 4_096).unwrap();
    conn.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024).unwrap();
    conn.execute_batch(sql!("schema/v1")).unwrap();
    conn
}

impl Twin {
    fn run(&self, sql: &str, params: impl rusqlite::Params) {
        self.conn.prepare_cached(sql).unwrap().execute(params).unwrap();
    }

    fn number(&self, sql: &str, params: impl rusqlite::Params) -> i64 {
        self.conn.prepare_cached(sql).unwrap().query_row(params, |row| row.get(0)).unwrap()
    }

    fn count(&self, table: &str) -> usize {
        usize::try_from(self.number(&format!("SELECT count(*) FROM {table}"), [])).unwrap()
    }

    fn transaction<T>(&self, work: impl FnOnce() -> T) -> T {
        self.run("BEGIN IMMEDIATE", []);
        let answer = work();
        self.run("COMMIT", []);
        answer
    }

    /// The queue, the topics and the requests.
    fn fill(&self, events: usize) {
        self.transaction(|| {
            TOPICS.iter().for_each(|topic| self.run(sql!("topic/create"), [topic]));
            let queue = self.number(sql!("queue/upsert"), ("echo", 60_000));
            self.run(sql!("topic/subscribe"), (TOPICS[0], queue, false));
            for n in 0..events {
                let id = fresh_id().to_string();
                let body =
                    notification(&id, "EchoRequested", &format!("{{\\\"message\\\":\\\"Event number {n}.\\\"}}"));
                self.publish(TOPICS[0], &id, &body);
            }
        });
    }

    fn receive(&self) -> Vec<Delivery> {
        self.transaction(|| {
            let queue = self.number(sql!("queue/find"), ["echo"]);
            let mut ready = self.conn.prepare_cached(sql!("queue/ready")).unwrap();
            let read = |row: &rusqlite::Row<'_>| Ok(Delivery { seq: row.get(0)?, body: row.get(4)? });
            let rows = ready.query_map((queue, NOW, RECEIVED_AT_ONCE as i64), read).unwrap();
            let deliveries: Vec<Delivery> = rows.map(Result::unwrap).collect();
            for delivery in &deliveries {
                self.run(sql!("queue/take"), (delivery.seq, LATER, NOW, [7_u8; 16], 1));
            }
            deliveries
        })
    }

    /// Begin, commit, publish and dispatched.
    fn handle(&self, group: &[Delivery]) {
        let ids: Vec<[u8; 16]> = group.iter().map(|_| fresh_id().into_bytes()).collect();
        let texts: Vec<String> = ids.iter().map(|id| uuid::Uuid::from_bytes(*id).to_string()).collect();
        self.transaction(|| ids.iter().for_each(|id| self.begin(id)));
        self.transaction(|| {
            ids.iter().zip(&texts).zip(group).for_each(|((id, text), delivery)| self.commit(id, text, delivery));
        });
        self.transaction(|| {
            for (text, delivery) in texts.iter().zip(group) {
                self.publish(TOPICS[1], text, &notification(text, "Echoed", payload(&delivery.body)));
            }
        });
        self.transaction(|| {
            for id in &ids {
                let entry = self.number(sql!("ledger/touch"), ("echo", id, NOW));
                self.run(sql!("outbox/mark"), (entry, 0));
            }
        });
    }

    fn begin(&self, id: &[u8; 16]) {
        let mut find = self.conn.prepare_cached(sql!("ledger/find")).unwrap();
        assert!(!find.exists(("echo", id)).unwrap());
        let fingerprint = "f".repeat(64);
        self.run(sql!("ledger/insert"), params!["echo", id, id, "EchoRequested", fingerprint, id, LATER, 1, NOW]);
    }

    fn commit(&self, id: &[u8; 16], text: &str, delivery: &Delivery) {
        let entry = self.number(sql!("ledger/find"), ("echo", id));
        let fate = format!("{{\"at\":\"2026-09-21T20:26:40.000Z\",\"event_id\":\"{text}\",\"event_type\":\"Echoed\"}}");
        let none: Option<&str> = None;
        self.run(sql!("document/create"), params!["fates", text, none, none, none, LATER, fate, NOW]);
        let (attributes, body) = (attributes(text, "Echoed"), payload(&delivery.body));
        let due: Option<i64> = None;
        let row = params![entry, 0, "echo", NOW, due, false, TOPICS[1], "Echoed", attributes, body];
        self.run(sql!("outbox/insert"), row);
        self.run(sql!("ledger/conclude"), (entry, "{\"how\":\"completed\"}", NOW));
    }

    fn publish(&self, channel: &str, id: &str, notification: &str) {
        let topic = self.number(sql!("topic/find"), [channel]);
        let about: Option<&str> = None;
        self.run(sql!("journal/insert"), params![NOW, channel, id, "Echoed", id, about, notification]);
        let seq = self.conn.last_insert_rowid();
        let mut subscribers = self.conn.prepare_cached(sql!("topic/subscribers")).unwrap();
        let queues = subscribers.query_map([topic], |row| row.get::<_, i64>(0)).unwrap();
        for queue in queues.map(Result::unwrap) {
            let none: Option<&str> = None;
            let row = params![queue, NOW, NOW, fresh_id().into_bytes(), seq, none, none];
            self.run(sql!("queue/insert"), row);
        }
    }

    fn ack(&self, deliveries: &[Delivery]) {
        self.transaction(|| {
            let queue = self.number(sql!("queue/find"), ["echo"]);
            for delivery in deliveries {
                let mut holding = self.conn.prepare_cached(sql!("queue/holding")).unwrap();
                assert!(holding.exists((delivery.seq, queue)).unwrap());
                self.run(sql!("queue/remove"), [delivery.seq]);
            }
        });
    }
}

/// As long as the real one.
fn attributes(id: &str, event_type: &str) -> String {
    format!(
        "{{\"ce-correlationid\":\"{id}\",\"ce-dataschema\":\"https://content-mesh/contracts/echoed-v1.json\",\"ce-id\":\"{id}\",\
         \"ce-source\":\"/mesh/echo\",\"ce-specversion\":\"1.0\",\"ce-time\":\"2026-09-21T20:26:40.000Z\",\
         \"ce-type\":\"{event_type}\",\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\"}}"
    )
}

/// As long as the real one.
fn notification(id: &str, event_type: &str, payload: &str) -> String {
    let attribute = |name: &str, value: &str| format!("\"{name}\":{{\"Type\":\"String\",\"Value\":\"{value}\"}}");
    let pairs = [
        ("ce-correlationid", id),
        ("ce-dataschema", "https://content-mesh/contracts/echoed-v1.json"),
        ("ce-id", id),
        ("ce-source", "/mesh/echo"),
        ("ce-specversion", "1.0"),
        ("ce-time", "2026-09-21T20:26:40.000Z"),
        ("ce-type", event_type),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"),
    ];
    let attributes: Vec<String> = pairs.iter().map(|(name, value)| attribute(name, value)).collect();
    format!(
        "{{\"Type\":\"Notification\",\"MessageId\":\"{id}\",\"TopicArn\":\"arn:aws:sns:local:000000000000:mesh-echo\",\
         \"Subject\":\"{event_type}\",\"Message\":\"{payload}\",\"Timestamp\":\"2026-09-21T20:26:40.000Z\",\
         \"MessageAttributes\":{{{}}}}}",
        attributes.join(",")
    )
}

/// The payload in a notification, as it stands there.
fn payload(notification: &str) -> &str {
    let (_, rest) = notification.split_once("\"Message\":\"").unwrap();
    rest.split_once("\",\"Timestamp\"").unwrap().0
}
