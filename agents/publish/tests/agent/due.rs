//! Waiting, and its end.

use serde_json::json;

use crate::support::{Bench, Draft};

#[test]
fn the_reminder_of_a_page_that_is_out_does_nothing() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({}));
    bench.complete(&draft);
    assert_eq!(bench.wait(31).len(), 1, "it comes");
    assert_eq!((bench.said("PublicationDue").len(), bench.said("ContentPublished").len()), (1, 1));
    assert_eq!((bench.state(&draft), bench.failures().len()), (json!("published"), 0));
}

#[test]
fn when_the_wait_is_over_the_page_comes_without_what_is_missing() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({"partWaitMinutes": 45}));
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    bench.tell("ImagesReady", draft.run, &draft.images("ok"));
    bench.wait(44);
    assert_eq!(bench.said("ContentPublished").len(), 0);
    bench.wait(2);
    let published = bench.said("ContentPublished");
    assert_eq!((published.len(), &published[0]["degraded"]), (1, &json!(["metadata"])));
    assert_eq!(published[0]["published_at"], "2026-01-05T09:45:00.000Z");
    let page = bench.pointed(&published[0]["page"]);
    bench.tell("MetadataReady", draft.run, &draft.metadata("ok"));
    assert_eq!((bench.said("ContentPublished").len(), bench.pointed(&published[0]["page"])), (1, page));
    assert_eq!(bench.document("join", &draft.join()).expect("a join")["stale"], json!(["metadata"]));
}

#[test]
fn when_the_wait_is_over_the_run_fails_where_the_site_says_so() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({"onMissingPart": "fail"}));
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    bench.wait(31);
    assert_eq!(bench.failures(), ["PART_MISSING"]);
    let message = bench.said("PublishFailure")[0]["error_message"].to_string();
    assert!(message.contains("images and metadata"), "{message}");
    assert_eq!((bench.state(&draft), bench.said("ContentPublished").len()), (json!("failed"), 0));
}

#[test]
fn parts_without_a_review_end_with_its_name() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({}));
    bench.tell("ImagesReady", draft.run, &draft.images("ok"));
    bench.tell("MetadataReady", draft.run, &draft.metadata("ok"));
    bench.wait(31);
    assert_eq!(bench.failures(), ["PART_MISSING"]);
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    assert_eq!((bench.failures().len(), bench.said("ContentPublished").len()), (1, 0), "the run has had its end");
}

#[test]
fn a_site_that_waits_longer_is_known_from_the_review_on() {
    for (minutes, early, late) in [(120, 100, 25), (10, 9, 2)] {
        let bench = Bench::new();
        let draft = Draft::new(1, json!({"partWaitMinutes": minutes}));
        bench.tell("ImagesReady", draft.run, &draft.images("ok"));
        bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
        bench.wait(early);
        assert_eq!((bench.said("ContentPublished").len(), bench.failures().len()), (0, 0), "{minutes}");
        bench.wait(late);
        assert_eq!(bench.said("ContentPublished").len(), 1, "{minutes}");
        bench.wait(200);
        assert_eq!((bench.said("ContentPublished").len(), bench.failures().len()), (1, 0), "{minutes}");
    }
}

#[test]
fn a_reminder_of_nothing_does_nothing() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({}));
    let due = json!({"content_id": draft.content_id, "revision": 1, "content_topic": "T", "website_id": "fields"});
    bench.tell("PublicationDue", draft.run, &due);
    assert_eq!((bench.failures().len(), bench.document("join", &draft.join())), (0, None));
}
