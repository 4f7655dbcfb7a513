//! Documents, ledgers, outboxes and queues.

use std::collections::BTreeSet;

use mesh_core::ids;

use super::Audit;
use crate::look::{OVERDUE, number};

impl Audit<'_> {
    /// One fate, one article, one publication and one finished status of each request.
    pub(super) async fn records(&mut self) -> anyhow::Result<()> {
        let runs: Vec<_> = (0..self.plan.requests).map(|n| self.plan.run(n)).collect();
        let of_runs: BTreeSet<String> = runs.iter().map(ToString::to_string).collect();
        let contents: BTreeSet<String> = runs.iter().map(|run| ids::of_content(*run).to_string()).collect();
        for (kind, wanted, field, value) in [
            ("fates", &of_runs, "event_type", "ContentPublished"),
            ("generation", &of_runs, "status", "complete"),
            ("content", &contents, "status", "published"),
        ] {
            let documents = self.documents(kind).await?;
            let there = documents.iter().map(|document| document.key.id.clone()).collect();
            self.same(kind, wanted, &there);
            for document in documents.iter().filter(|document| document.body[field] != value) {
                self.wrong(format!("{kind}: {} has {field} {}", document.key.id, document.body[field]));
            }
        }
        Ok(())
    }

    /// Everything begun is done in the end, everything decided is dispatched, and no message is left anywhere.
    pub(super) fn handlings(&mut self) -> anyhow::Result<()> {
        let sql = "SELECT agent, state, count(*), sum(attempts - 1), max(attempts), sum(suspensions)
                   FROM ledger GROUP BY agent, state";
        let read = |row: &rusqlite::Row<'_>| {
            let number = |index| number(row, index);
            Ok((row.get::<_, String>(0)?, number(1)?, number(2)?, number(3)?, number(4)?, number(5)?))
        };
        for (agent, state, handled, begun_again, attempts, suspensions) in self.look.rows::<_, Vec<_>>(sql, read)? {
            self.counted.handled += handled;
            self.counted.begun_again += begun_again;
            self.counted.most_attempts = self.counted.most_attempts.max(attempts);
            if state != 1 {
                let what = if state == 0 { "in progress" } else { "suspended" };
                self.wrong(format!("the ledger of {agent} has {handled} entries {what}"));
            }
            self.counted.given_up += suspensions;
        }
        let outboxes = format!("SELECT agent, count(*) FROM outbox WHERE {OVERDUE} GROUP BY agent");
        let pair = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, number(row, 1)?));
        for (agent, left) in self.look.rows::<_, Vec<_>>(&outboxes, pair)? {
            self.wrong(format!("the outbox of {agent} holds {left} events that were not dispatched"));
        }
        let queues = "SELECT name, count(*) FROM messages JOIN queues ON queues.id = messages.queue GROUP BY name";
        for (queue, left) in self.look.rows::<_, Vec<_>>(queues, pair)? {
            self.wrong(format!("queue {queue} holds {left} messages"));
        }
        Ok(())
    }
}
