#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

const ID: &str = "01234567-89ab-cdef-0123-456789abcdef";
const RUN: Id = Id(uuid::Uuid::from_u128(1));
const AT: &str = "2026-11-20T09:30:00.000Z";

fn of<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn review(parts: &[&str]) -> Arrival {
    Arrival::Review(Box::new(of(json!({
        "content_id": ID, "revision": 1, "content_topic": "T", "title": "T", "summary": "S", "fixed": false,
        "reviewed": {"uri": "s3://b/drafts/x.md", "sha256": "0".repeat(64), "bytes": 1, "media_type": "text/markdown"},
        "scores": {"word_count": 1, "long_sentences_percent": 0, "originality_percent": 100, "revise": 0, "warn": 1},
        "findings": [{"check": "c", "severity": "warn", "measured": "", "threshold": "", "message": "m"}],
        "parts": parts, "models": ["m"], "prompt_version": "p", "offline": true, "created_at": AT, "reviewed_at": AT,
        "website_id": "default", "language": "en"
    }))))
}

fn images(status: &str) -> Arrival {
    Arrival::Images(of(json!({
        "content_id": ID, "revision": 1, "content_topic": "T", "status": status, "images": [], "code": "IMAGE_INVALID",
        "reason": "no image could be read", "cost": {"input_tokens": 0, "output_tokens": 0}, "ready_at": AT,
        "website_id": "default"
    })))
}

fn metadata(status: &str) -> Arrival {
    Arrival::Metadata(of(json!({
        "content_id": ID, "revision": 1, "content_topic": "T", "status": status, "prompt_version": "p", "offline": true,
        "cost": {"input_tokens": 0, "output_tokens": 0}, "ready_at": AT, "website_id": "default"
    })))
}

fn joined(arrivals: Vec<Arrival>) -> Option<JoinRecord> {
    arrivals.into_iter().fold(None, |join, arrival| match take(join, arrival, RUN, of(json!(AT))) {
        Taken::Joined(join) => Some(join),
        other => panic!("{other:?}"),
    })
}

fn decided(arrivals: Vec<Arrival>, policy: MissingPart, due: bool) -> Decision {
    decide(&joined(arrivals).unwrap(), policy, due)
}

#[test]
fn what_follows_is_a_table() {
    use Decision::{PartFailed, PartMissing, Publish, Wait};
    use MissingPart::{Degrade, Fail};
    let both = || review(&["images", "metadata"]);
    let failed = || PartFailed("images: IMAGE_INVALID, no image could be read".into());
    let short = || Publish(vec![Part::Images]);
    let table = [
        // What arrived, then: waiting and degrading, waiting and failing, due and degrading, due and failing.
        (vec![review(&[])], [Publish(vec![]), Publish(vec![]), Publish(vec![]), Publish(vec![])]),
        (
            vec![both(), images("ok"), metadata("ok")],
            [Publish(vec![]), Publish(vec![]), Publish(vec![]), Publish(vec![])],
        ),
        (vec![both(), images("degraded"), metadata("ok")], [short(), short(), short(), short()]),
        (vec![both(), images("failed"), metadata("ok")], [short(), failed(), short(), failed()]),
        (vec![both(), images("failed")], [Wait, failed(), Publish(vec![Part::Images, Part::Metadata]), failed()]),
        (vec![both(), metadata("ok")], [Wait, Wait, short(), PartMissing("images".into())]),
        (
            vec![both()],
            [Wait, Wait, Publish(vec![Part::Images, Part::Metadata]), PartMissing("images and metadata".into())],
        ),
        (
            vec![review(&["metadata"]), metadata("ok")],
            [Publish(vec![]), Publish(vec![]), Publish(vec![]), Publish(vec![])],
        ),
        (
            vec![images("failed"), metadata("ok")],
            [Wait, Wait, PartMissing("the reviewed text".into()), PartMissing("the reviewed text".into())],
        ),
    ];
    for (arrivals, wants) in table {
        let cases = [(Degrade, false), (Fail, false), (Degrade, true), (Fail, true)];
        for ((policy, due), want) in cases.into_iter().zip(wants) {
            assert_eq!(decided(arrivals.clone(), policy, due), want, "{policy:?} due: {due}: {arrivals:?}");
        }
    }
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let parts = [review(&["images", "metadata"]), images("ok"), metadata("ok")];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let joins: Vec<_> = orders.iter().map(|order| joined(order.map(|n| parts[n].clone()).to_vec()).unwrap()).collect();
    assert!(joins.iter().all(|join| *join == joins[0]));
    assert!(joins[0].review.as_ref().unwrap().findings.is_empty(), "findings are left out");
}

#[test]
fn a_part_counts_once() {
    let join = joined(vec![images("ok")]);
    let Taken::Stale(again) = take(join, images("failed"), RUN, of(json!(AT))) else { panic!("taken") };
    assert_eq!((again.images.unwrap().status, &*again.stale), (PartStatus::Ok, &[Part::Images][..]));
    let join = joined(vec![review(&["images"])]);
    let Taken::Stale(same) = take(join.clone(), review(&["images"]), RUN, of(json!(AT))) else {
        panic!("its end is to come")
    };
    assert_eq!(Some(same), join, "the first counts");
    let other = Id(uuid::Uuid::from_u128(2));
    assert_eq!(
        take(join, review(&["images"]), other, of(json!(AT))),
        Taken::Again,
        "another run needs an end of its own"
    );
}

#[test]
fn what_comes_after_the_end_is_recorded_and_no_more() {
    for state in [JoinState::Published, JoinState::Failed] {
        let mut over = joined(vec![review(&["images"])]).unwrap();
        over.state = state;
        let Taken::Stale(late) = take(Some(over.clone()), images("ok"), RUN, of(json!(AT))) else { panic!("taken") };
        assert_eq!((late.state, late.images.is_none(), &*late.stale), (state, true, &[Part::Images][..]));
        let Taken::Stale(later) = take(Some(late), metadata("ok"), RUN, of(json!(AT))) else { panic!("taken") };
        assert_eq!(&*later.stale, [Part::Images, Part::Metadata]);
        assert_eq!(take(Some(over), review(&[]), RUN, of(json!(AT))), Taken::Again);
    }
}
