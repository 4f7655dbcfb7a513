//! The parts of a draft in any order, as often as may be, with parts of an older draft among them: one page, and always
//! the same.

use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Bench, Draft};

/// The parts by their event types.
const PARTS: [&str; 3] = ["ReviewCompleted", "ImagesReady", "MetadataReady"];

/// One arrival.
#[derive(Debug, Clone, Copy)]
enum Arrival {
    /// The part, as the event it is: the first time, or delivered again.
    Part(usize),
    /// The same part as another event.
    Copy(usize),
    /// The part as another event that says that it failed; only when the part is there already.
    Failed(usize),
    /// The part of an older draft.
    Older(usize),
}

/// Arrivals among which every part is, at least once, at some place.
fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let more = (0usize..4, 0usize..3).prop_map(|(kind, part)| match kind {
        0 => Arrival::Part(part),
        1 => Arrival::Copy(part),
        2 => Arrival::Failed(part),
        _ => Arrival::Older(part),
    });
    prop::collection::vec(more, 0..9)
        .prop_map(|more| (0..3).map(Arrival::Part).chain(more).collect::<Vec<_>>())
        .prop_shuffle()
}

/// What a draft came to: its page, its Markdown, its event without pointers, and how often it was published.
#[derive(Debug, Clone, PartialEq)]
struct End {
    published: usize,
    page: String,
    markdown: String,
    join: Value,
    failures: Vec<String>,
}

/// The payload of a part; failed, if it can be.
fn payload(bench: &Bench, draft: &Draft, part: usize, status: &str) -> Value {
    match part {
        0 => bench.reviewed(draft),
        1 => draft.images(status),
        _ => draft.metadata(status),
    }
}

fn play(arrivals: &[Arrival]) -> End {
    let bench = Bench::new();
    let draft = Draft { revision: 2, ..Draft::new(1, json!({"onMissingPart": "degrade"})) };
    let older = Draft { revision: 1, text: "# Small queues\n\nAn older text.\n".into(), ..draft.clone() };
    let mut there = [false; 3];
    let mut copies = 10;
    for arrival in arrivals {
        let complete = there == [true; 3];
        assert_eq!(bench.said("ContentPublished").len(), usize::from(complete), "not before all parts are there");
        copies += 1;
        match *arrival {
            Arrival::Part(part) => {
                bench.tell_as(part as u128, PARTS[part], draft.run, &payload(&bench, &draft, part, "ok"));
                there[part] = true;
            }
            Arrival::Copy(part) => {
                bench.tell_as(copies, PARTS[part], draft.run, &payload(&bench, &draft, part, "ok"));
                there[part] = true;
            }
            Arrival::Failed(part) if there[part] && part > 0 => {
                bench.tell_as(copies, PARTS[part], draft.run, &payload(&bench, &draft, part, "failed"));
            }
            Arrival::Failed(_) => {}
            // The review of an older draft would be one of its own run, which has parts of its own.
            Arrival::Older(part) if part > 0 => {
                bench.tell_as(copies, PARTS[part], older.run, &payload(&bench, &older, part, "ok"));
            }
            Arrival::Older(_) => {}
        }
    }
    bench.wait(31);
    bench.wait(31);
    let published = bench.said("ContentPublished");
    let mut join = bench.document("join", &draft.join()).expect("a join");
    for moment in ["stale", "updated_at", "due_at"] {
        join.as_object_mut().expect("an object").remove(moment);
    }
    let pointed = |field: &str| published.first().map(|event| bench.pointed(&event[field])).unwrap_or_default();
    End {
        published: published.len(),
        page: pointed("page"),
        markdown: pointed("markdown"),
        join,
        failures: bench.failures(),
    }
}

/// Each part once, in the order in which they are usually made.
fn plain() -> &'static End {
    static END: OnceLock<End> = OnceLock::new();
    END.get_or_init(|| play(&[Arrival::Part(0), Arrival::Part(1), Arrival::Part(2)]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_the_parts_come_there_is_one_page_and_it_is_the_same(arrivals in arrivals()) {
        let end = play(&arrivals);
        prop_assert_eq!(end.published, 1);
        prop_assert_eq!(&end.failures, &Vec::<String>::new());
        prop_assert_eq!(&end, plain());
    }
}
