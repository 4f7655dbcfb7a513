//! Taking an article off the site.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::support::{Bench, Draft};

const RUN: Uuid = Uuid::from_u128(7);

fn published(bench: &Bench, post: Option<&'static str>) -> Draft {
    let draft = Draft { parts: vec![], post, ..Draft::new(1, json!({"websiteUrl": "https://fields.example"})) };
    bench.tell("ReviewCompleted", draft.run, &bench.reviewed(&draft));
    bench.clock.advance(Duration::from_secs(600));
    draft
}

#[test]
fn a_notice_takes_the_place_of_the_page() {
    let bench = Bench::new();
    let draft = published(&bench, None);
    let asked = json!({"content_id": draft.content_id, "website_id": "fields", "reason": "The <numbers> were wrong."});
    bench.tell("WithdrawalRequested", RUN, &asked);
    let withdrawn = bench.said("ContentWithdrawn").pop().expect("withdrawn");
    assert_eq!(withdrawn["url"], "https://fields.example/posts/small-queues/");
    assert_eq!((&withdrawn["withdrawn_at"], &withdrawn["revision"]), (&json!("2026-01-05T09:10:00.000Z"), &json!(1)));
    let page = bench.pointed(&withdrawn["page"]);
    assert_eq!(bench.blob("sites/fields/posts/small-queues/index.html").as_ref(), Some(&page));
    assert!(
        page.contains("noindex") && page.contains("The &lt;numbers&gt; were wrong.") && !page.contains("Work waits")
    );
    assert!(page.contains("Field Notes") && page.contains("5 January 2026"));
    let record = bench.document("publication", &format!("fields/{}", draft.content_id)).expect("a record");
    assert_eq!(record["withdrawn_at"], withdrawn["withdrawn_at"]);
}

#[test]
fn each_request_gets_its_end() {
    let bench = Bench::new();
    let draft = published(&bench, None);
    let asked = json!({"content_id": draft.content_id, "website_id": "fields"});
    bench.tell("WithdrawalRequested", RUN, &asked);
    bench.clock.advance(Duration::from_secs(600));
    bench.tell("WithdrawalRequested", Uuid::from_u128(8), &asked);
    let times: Vec<_> = bench.said("ContentWithdrawn").iter().map(|one| one["withdrawn_at"].clone()).collect();
    assert_eq!(times, ["2026-01-05T09:10:00.000Z", "2026-01-05T09:20:00.000Z"]);
}

#[test]
fn the_page_of_a_post_is_found_with_and_without_its_name() {
    for named in [true, false] {
        let bench = Bench::new();
        let draft = published(&bench, Some("p1"));
        let mut asked = json!({"content_id": draft.content_id, "website_id": "fields"});
        if named {
            asked["post_id"] = json!("p1");
        }
        bench.tell("WithdrawalRequested", RUN, &asked);
        let withdrawn = bench.said("ContentWithdrawn");
        assert_eq!((withdrawn.len(), &withdrawn[0]["path"]), (1, &json!("posts/p1/")));
        assert_eq!(withdrawn[0]["post_id"], "p1");
    }
}

#[test]
fn what_is_not_published_cannot_be_withdrawn() {
    let bench = Bench::new();
    let draft = published(&bench, Some("p1"));
    let other = |content: u128, site: &str| json!({"content_id": Uuid::from_u128(content), "website_id": site, "post_id": "p1"});
    for asked in [other(9, "fields"), other(1, "elsewhere")] {
        bench.tell("WithdrawalRequested", Uuid::from_u128(asked.to_string().len() as u128), &asked);
    }
    let rejected = bench.said("ValidationError");
    assert_eq!(rejected.len(), 2);
    assert!(rejected.iter().all(|one| one["code"] == "NOT_PUBLISHED" && one["details"][0]["field"] == "content_id"));
    assert!(bench.blob("sites/fields/posts/p1/index.html").expect("a page").contains("Work waits"));
    assert_eq!((bench.said("ContentWithdrawn").len(), bench.state(&draft)), (0, json!("published")));
}

#[test]
fn a_late_part_does_not_bring_the_page_back() {
    let bench = Bench::new();
    let draft = published(&bench, None);
    let asked = json!({"content_id": draft.content_id, "website_id": "fields", "reason": "Wrong."});
    bench.tell("WithdrawalRequested", RUN, &asked);
    bench.tell("ImagesReady", draft.run, &draft.images("ok"));
    let page = bench.blob("sites/fields/posts/small-queues/index.html").expect("a page");
    assert!(page.contains("<p>Wrong.</p>"), "the notice with its reason");
}
