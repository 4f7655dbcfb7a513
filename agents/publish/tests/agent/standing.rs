//! Drafts whose time has passed.

use std::time::Duration;

use serde_json::json;

use crate::support::{Bench, Draft};

fn alone(draft: Draft) -> Draft {
    Draft { parts: vec![], ..draft }
}

#[test]
fn an_older_draft_does_not_replace_a_newer_one() {
    let bench = Bench::new();
    let first = alone(Draft::new(1, json!({})));
    let second = Draft { text: "# Small queues\n\nThe second.\n".into(), ..first.next() };
    bench.tell("ReviewCompleted", second.run, &bench.reviewed(&second));
    bench.tell("ReviewCompleted", first.run, &bench.reviewed(&first));
    assert_eq!((bench.failures(), bench.said("ContentPublished").len()), (vec!["SUPERSEDED".to_owned()], 1));
    assert_eq!(bench.state(&first), "failed");
    assert!(bench.blob("sites/fields/posts/small-queues/index.html").expect("a page").contains("The second."));
}

#[test]
fn a_draft_that_waits_while_a_newer_one_is_published_ends_too() {
    let bench = Bench::new();
    let first = Draft::new(1, json!({}));
    let second = alone(first.next());
    bench.tell("ReviewCompleted", first.run, &bench.reviewed(&first));
    bench.tell("ReviewCompleted", second.run, &bench.reviewed(&second));
    bench.tell("ImagesReady", first.run, &first.images("ok"));
    assert_eq!((bench.failures(), bench.said("ContentPublished").len()), (vec!["SUPERSEDED".to_owned()], 1));
    bench.wait(31);
    assert_eq!((bench.failures().len(), bench.said("ContentPublished").len()), (1, 1));
}

#[test]
fn the_same_draft_in_another_run_gets_an_end_and_no_second_page() {
    let bench = Bench::new();
    let draft = alone(Draft::new(1, json!({})));
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    bench.tell("ReviewCompleted", draft.next().run, &bench.reviewed(&draft));
    assert_eq!((bench.failures(), bench.said("ContentPublished").len()), (vec!["SUPERSEDED".to_owned()], 1));
}

#[test]
fn what_was_asked_for_before_a_withdrawal_stays_off() {
    let bench = Bench::new();
    let first = alone(Draft::new(1, json!({})));
    let second = first.next();
    bench.tell("ReviewCompleted", first.run, &bench.reviewed(&first));
    // It is 9:00; the second draft was made at 9:00 as well.
    let asked = json!({"content_id": first.content_id, "website_id": "fields"});
    bench.tell("WithdrawalRequested", uuid::Uuid::from_u128(7), &asked);
    bench.tell("ReviewCompleted", second.run, &bench.reviewed(&second));
    assert_eq!((bench.failures(), bench.said("ContentPublished").len()), (vec!["WITHDRAWN".to_owned()], 1));
    let page = bench.blob("sites/fields/posts/small-queues/index.html").expect("a page");
    assert!(page.contains("This article was withdrawn"));
    let third = second.next();
    bench.clock.advance(Duration::from_secs(7200));
    bench.tell("ReviewCompleted", third.run, &bench.reviewed(&third));
    let published = bench.said("ContentPublished");
    assert_eq!((published.len(), &published[1]["revision"]), (2, &json!(3)), "a newer draft brings it back");
    let record = bench.document("publication", &format!("fields/{}", first.content_id)).expect("a record");
    assert_eq!((record.get("withdrawn_at"), &record["published_at"]), (None, &published[0]["published_at"]));
}

#[test]
fn a_page_that_was_overwritten_by_a_draft_out_of_time_is_put_right() {
    let bench = Bench::new();
    let first = alone(Draft::new(1, json!({})));
    let second = Draft { text: "# Small queues\n\nThe second.\n".into(), ..first.next() };
    bench.tell("ReviewCompleted", second.run, &bench.reviewed(&second));
    let key = "sites/fields/posts/small-queues/index.html";
    let page = bench.blob(key);
    bench.put(key, "the first, whose commit was refused");
    bench.tell("ReviewCompleted", first.run, &bench.reviewed(&first));
    assert_eq!((bench.blob(key), bench.failures()), (page, vec!["SUPERSEDED".to_owned()]));
    let asked = json!({"content_id": first.content_id, "website_id": "fields", "reason": "Wrong."});
    bench.tell("WithdrawalRequested", uuid::Uuid::from_u128(7), &asked);
    bench.put(key, "the first, whose commit was refused");
    let third = Draft { run: uuid::Uuid::from_u128(8), revision: 3, ..first };
    bench.tell("ReviewCompleted", third.run, &bench.reviewed(&third));
    assert_eq!(bench.failures(), ["SUPERSEDED", "WITHDRAWN"]);
    assert!(bench.blob(key).expect("a page").contains("This article was withdrawn"));
}
