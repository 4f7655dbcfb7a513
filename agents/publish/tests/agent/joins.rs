//! Parts that come, in whatever order, once or more often, well or failed.

use serde_json::json;

use crate::support::{Bench, Draft};

#[test]
fn in_every_order_the_last_part_makes_the_page() {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let pages = orders.map(|order| {
        let bench = Bench::new();
        let draft = Draft::new(1, json!({}));
        let parts = [
            ("ReviewCompleted", bench.reviewed(&draft)),
            ("ImagesReady", draft.images("ok")),
            ("MetadataReady", draft.metadata("ok")),
        ];
        for (n, part) in order.into_iter().enumerate() {
            assert_eq!(bench.said("ContentPublished").len(), 0, "{order:?}");
            bench.tell(parts[part].0, draft.run, &parts[part].1);
            assert_eq!(bench.said("PublicationDue").len(), 0, "held back");
            assert_eq!(bench.state(&draft), json!(if n == 2 { "published" } else { "waiting" }));
        }
        let published = bench.said("ContentPublished");
        assert_eq!((published.len(), published[0].get("degraded")), (1, None), "{order:?}");
        assert_eq!(published[0]["images"].as_array().map(Vec::len), Some(2));
        assert_eq!(bench.failures(), [""; 0]);
        (bench.pointed(&published[0]["page"]), bench.pointed(&published[0]["markdown"]))
    });
    assert!(pages.iter().all(|page| *page == pages[0]), "the same parts, the same bytes");
}

#[test]
fn an_article_of_text_alone_is_published_at_once() {
    let bench = Bench::new();
    let draft = Draft { parts: vec![], ..Draft::new(1, json!(null)) };
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    let published = bench.said("ContentPublished");
    assert_eq!(published.len(), 1);
    assert_eq!(published[0]["url"], "https://example.com/posts/small-queues/");
    assert_eq!(published[0]["keywords"], json!(["asked for"]));
    bench.wait(60);
    assert_eq!(bench.said("PublicationDue").len(), 0, "nothing to be reminded of");
    let record = bench.document("publication", &format!("fields/{}", draft.content_id)).expect("a record");
    assert_eq!((&record["path"], record.get("image")), (&json!("posts/small-queues/"), None));
}

#[test]
fn a_part_that_comes_twice_counts_once() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({}));
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    bench.tell("ImagesReady", draft.run, &draft.images("ok"));
    bench.tell("ImagesReady", draft.run, &draft.images("failed"));
    bench.tell("MetadataReady", draft.run, &draft.metadata("ok"));
    let published = bench.said("ContentPublished");
    assert_eq!((published.len(), published[0].get("degraded")), (1, None));
    let join = bench.document("join", &draft.join()).expect("a join");
    assert_eq!((&join["stale"], &join["review"]["findings"]), (&json!(["images"]), &json!([])));
}

#[test]
fn a_failed_part_is_done_without_where_the_site_takes_that() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({"onMissingPart": "degrade"}));
    bench.tell("ImagesReady", draft.run, &draft.images("failed"));
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    bench.tell("MetadataReady", draft.run, &draft.metadata("failed"));
    let published = bench.said("ContentPublished");
    assert_eq!(published[0]["degraded"], json!(["images", "metadata"]));
    assert_eq!((published[0].get("images"), &published[0]["slug"]), (None, &json!("small-queues")));
    assert!(!bench.pointed(&published[0]["page"]).contains("<img"));
}

#[test]
fn a_part_that_fell_short_is_there_and_said_to_be_short() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({"onMissingPart": "fail"}));
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    bench.tell("ImagesReady", draft.run, &draft.images("degraded"));
    bench.tell("MetadataReady", draft.run, &draft.metadata("ok"));
    let published = bench.said("ContentPublished");
    assert_eq!(published[0]["degraded"], json!(["images"]));
    assert_eq!(published[0]["images"].as_array().map(Vec::len), Some(1), "the failed one is not on the page");
}

#[test]
fn a_failed_part_ends_the_run_where_the_site_says_so() {
    for review_first in [true, false] {
        let bench = Bench::new();
        let draft = Draft::new(1, json!({"onMissingPart": "fail"}));
        let review = bench.reviewed(&draft);
        if review_first {
            bench.tell("ReviewCompleted", draft.run, &review);
        }
        bench.tell("ImagesReady", draft.run, &draft.images("failed"));
        if !review_first {
            assert_eq!(bench.failures(), [""; 0], "what the site says comes with the review");
            bench.tell("ReviewCompleted", draft.run, &review);
        }
        assert_eq!(bench.failures(), ["PART_FAILED"]);
        let message = bench.said("PublishFailure")[0]["error_message"].to_string();
        assert!(message.contains("images: IMAGE_INVALID"), "{message}");
        assert_eq!(bench.state(&draft), "failed");
        bench.tell("MetadataReady", draft.run, &draft.metadata("ok"));
        assert_eq!((bench.failures().len(), bench.said("ContentPublished").len()), (1, 0));
        assert_eq!(bench.document("join", &draft.join()).expect("a join")["stale"], json!(["metadata"]));
    }
}

#[test]
fn a_late_part_changes_nothing_and_sees_that_the_page_is_right() {
    let bench = Bench::new();
    let draft = Draft::new(1, json!({}));
    bench.complete(&draft);
    let key = "sites/fields/posts/small-queues-beat/index.html";
    let page = bench.blob(key).expect("a page");
    bench.put(key, "what a handler wrote that did not come through");
    bench.tell("MetadataReady", draft.run, &draft.metadata("failed"));
    assert_eq!(bench.blob(key).as_ref(), Some(&page));
    assert_eq!(bench.said("ContentPublished").len(), 1);
    assert_eq!(bench.document("join", &draft.join()).expect("a join")["stale"], json!(["metadata"]));
}
