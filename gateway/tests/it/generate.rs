use std::{future::poll_fn, sync::Arc, task::Poll, time::Duration};

use axum::http::StatusCode;
use futures_util::future::join;
use mesh_contracts::records::Scope;
use mesh_core::{
    Outcome, Ports, Settings,
    ports::Write,
    submit::{submit, sweep},
};
use mesh_gateway::{GatewayConfig, Kind, SOURCE, generation};
use mesh_testkit::faulty::{Fault, FaultPlan, FaultyPublisher, FaultyStateStore};
use serde_json::{Value, json};

use crate::support::{Bench, generation as record_of};

fn run_of(told: &crate::support::Told) -> String {
    told.json()["trackingId"].as_str().expect("a run").to_owned()
}

/// The row by which the core says that a run is over.
fn end(bench: &Bench, run: &str) {
    let write = Write::create("fates", run, &json!({"event_type": "ContentPublished"})).expect("a write");
    bench.run(submit(&bench.ports, "test", run, Outcome::nothing().write(write))).expect("stored");
}

#[test]
fn a_post_becomes_a_request_and_the_post_knows_its_run() {
    let bench = Bench::new();
    bench.shop();
    let told = bench.generate(&[], "p-1");
    assert_eq!(told.status, StatusCode::ACCEPTED, "{}", told.text);
    let (run, answer) = (run_of(&told), told.json());
    assert_eq!(
        (&answer["postId"], &answer["websiteId"], &answer["status"]),
        (&json!("p-1"), &json!("shop"), &json!("pending"))
    );
    assert_eq!(told.header("location"), format!("/generate/status/{run}"));
    assert_eq!(answer["links"]["status"], told.header("location"));
    let published = bench.published();
    let [(event_type, request)] = published.as_slice() else { panic!("one event: {published:?}") };
    assert_eq!(event_type, "ContentRequest");
    assert_eq!((&request["content_topic"], &request["word_count"]), (&json!("Small queues"), &json!(800)));
    assert_eq!((&request["website_id"], &request["post_id"]), (&json!("shop"), &json!("p-1")));
    assert_eq!(request["keywords"], json!(["queues"]), "those of the site, as the post has none");
    assert_eq!(request["prompt_context"], "Why they are better.");
    assert_eq!(bench.get("/posts/p-1").json()["trackingId"], run);
    let pending = bench.get(&format!("/generate/status/{run}"));
    assert_eq!((pending.status, &pending.json()["status"]), (StatusCode::OK, &json!("pending")));
}

#[test]
fn what_stands_against_a_run_is_said() {
    let bench = Bench::new();
    assert_eq!(bench.generate(&[], "nobody").code(), "NOT_FOUND");
    bench.put("/posts/lost", &json!({"websiteId": "nowhere", "title": "x"}));
    let told = bench.generate(&[], "lost");
    assert_eq!((told.status.as_u16(), told.code().as_str()), (409, "SITE_MISSING"));
    bench.shop();
    let models = [("preferredTextModel", "openai/gpt-9"), ("preferredImageModel", "openai/dall-e-9")];
    for (field, model) in models {
        bench.put("/sites/shop", &json!({"websiteName": "The Shop", field: model}));
        let told = bench.generate(&[], "p-1");
        assert_eq!((told.status.as_u16(), told.code().as_str()), (409, "MODEL_NOT_CONFIGURED"));
        assert!(told.json()["detail"].as_str().expect("a detail").contains(model));
    }
    bench.put("/sites/shop", &json!({"websiteName": "The Shop", "preferredTextModel": "offline/text-v1"}));
    assert_eq!(bench.generate(&[], "p-1").status, StatusCode::ACCEPTED);
    bench.post("p-2");
    bench.put("/sites/shop", &json!({"websiteName": "The Shop", "isActive": false}));
    assert_eq!(bench.generate(&[], "p-2").code(), "SITE_INACTIVE");
    assert_eq!(bench.published().len(), 1);
}

#[test]
fn the_deployment_bounds_the_words() {
    let bench = Bench::with(GatewayConfig::default(), Settings { max_words: 700, ..Settings::default() });
    let told = bench.put("/sites/shop", &json!({"websiteName": "The Shop"}));
    assert_eq!(told.code(), "CONTRACT_VIOLATION");
    assert_eq!(told.json()["errors"][0]["field"], "articleLengthMax");
}

#[test]
fn a_key_repeated_is_the_same_run_and_no_other_request() {
    let bench = Bench::new();
    bench.shop();
    bench.post("p-2");
    let key = [("idempotency-key", "once")];
    let first = bench.generate(&key, "p-1");
    bench.put("/sites/shop", &json!({"websiteName": "The Shop", "isActive": false}));
    let again = bench.generate(&key, "p-1");
    assert_eq!(
        (again.status, again.json()),
        (StatusCode::ACCEPTED, first.json()),
        "whatever the settings say meanwhile"
    );
    let other = bench.generate(&key, "p-2");
    assert_eq!((other.status.as_u16(), other.code().as_str()), (422, "IDEMPOTENCY_KEY_REUSED"));
    assert_eq!(bench.published().len(), 1);
    let (_, stranger) = bench.key(&[Scope::Generate], None, 100);
    bench.put("/sites/shop", &json!({"websiteName": "The Shop"}));
    let theirs = bench.generate(&[key[0], ("x-api-key", &stranger)], "p-2");
    assert_eq!(theirs.status, StatusCode::ACCEPTED, "keys of two callers are two keys");
    assert_eq!(bench.generate(&[("idempotency-key", "white space")], "p-1").code(), "INVALID_PARAMETER");
}

#[test]
fn without_a_key_a_run_under_way_is_the_answer_until_it_ends_or_is_given_up() {
    let bench = Bench::new();
    bench.shop();
    let first = run_of(&bench.generate(&[], "p-1"));
    assert_eq!(run_of(&bench.generate(&[], "p-1")), first);
    let (_, stranger) = bench.key(&[Scope::Generate], None, 100);
    assert_eq!(run_of(&bench.generate(&[("x-api-key", &stranger)], "p-1")), first);
    end(&bench, &first);
    let second = run_of(&bench.generate(&[], "p-1"));
    assert_ne!(second, first);
    bench.clock.advance(Duration::from_secs(24 * 3_600 - 1));
    assert_eq!(run_of(&bench.generate(&[], "p-1")), second);
    bench.clock.advance(Duration::from_secs(1));
    assert_ne!(run_of(&bench.generate(&[], "p-1")), second);
    assert_eq!(bench.published().len(), 3);
}

#[test]
fn two_requests_at_once_are_one_run() {
    for headers in [&[][..], &[("idempotency-key", "double-click")][..]] {
        let bench = Bench::new();
        bench.shop();
        let body = json!({"postId": "p-1"});
        let ask = || bench.send(bench.request("POST", "/generate", headers, Some(&body)));
        let (one, other) = bench.run(join(ask(), ask()));
        assert_eq!(
            (one.status, other.status),
            (StatusCode::ACCEPTED, StatusCode::ACCEPTED),
            "{} {}",
            one.text,
            other.text
        );
        assert_eq!(run_of(&one), run_of(&other));
        assert_eq!(bench.published().len(), 1);
    }
}

/// One request stands still before each of its calls in turn, while another comes and goes.
#[test]
fn wherever_another_request_overtakes_there_is_one_run() {
    for key in [None, Some("caller/double-click")] {
        let mut stalled = 0;
        for k in 1.. {
            let bench = Bench::new();
            bench.shop();
            let plan = FaultPlan::new();
            plan.stall_at(k);
            let state = Arc::new(FaultyStateStore::new(Arc::clone(&bench.ports.state), &plan));
            let slow = Ports { state, ..bench.ports.clone() };
            let settings = Settings::default();
            let overtake = async {
                let run = generation::start(&bench.ports, &settings, "p-1", key, None).await;
                stalled += u32::from(plan.stalled());
                plan.resume();
                poll_fn(|context| {
                    context.waker().wake_by_ref();
                    Poll::Ready(())
                })
                .await;
                run
            };
            let (one, other) = bench.run(join(generation::start(&slow, &settings, "p-1", key, None), overtake));
            let one = one.expect("a run");
            match other {
                Ok(other) => {
                    assert_eq!((one.tracking_id, one.repeated), (other.tracking_id, !other.repeated), "{key:?} {k}")
                }
                // The first one holds the lease on the key.
                Err(problem) => assert!(key.is_some() && problem.kind == Kind::Unavailable, "{key:?} {k}: {problem:?}"),
            }
            assert_eq!(bench.published().len(), 1, "{key:?} {k}");
            if plan.calls() < k {
                break;
            }
        }
        assert!(stalled >= 4, "{stalled}");
    }
}

#[test]
fn what_could_not_be_sent_is_swept_up() {
    let bench = Bench::new();
    bench.shop();
    let plan = FaultPlan::new();
    plan.always("publisher", "publish", Fault::FailBefore);
    let publisher = Arc::new(FaultyPublisher::new(Arc::clone(&bench.ports.publisher), &plan));
    let ports = Ports { publisher, ..bench.ports.clone() };
    let settings = Settings::default();
    let start = generation::start(&ports, &settings, "p-1", None, None);
    assert!(!bench.run(start).expect("a run").repeated, "once it is committed it is taken");
    assert!(bench.published().is_empty());
    bench.clock.advance(Duration::from_secs(31));
    assert_eq!(bench.run(sweep(&bench.ports, SOURCE)).expect("a sweep"), 1);
    assert_eq!((bench.published().len(), bench.run(sweep(&bench.ports, SOURCE)).expect("a sweep")), (1, 0));
}

#[test]
fn a_status_tells_everything_that_is_known() {
    let bench = Bench::new();
    let run = "7fb2cbf0-f4b6-5d67-a1d2-b1f3638d3be3";
    assert_eq!(bench.get(&format!("/generate/status/{run}")).code(), "NOT_FOUND");
    bench.store("generation", run, &record_of(run, true));
    for (n, event) in ["ContentRequest", "ContentPublished"].into_iter().enumerate() {
        let line =
            json!({"event_id": run, "event_type": event, "source": "/mesh/test", "at": "2026-01-05T09:00:00.000Z"});
        bench.store("timeline", &format!("{run}/000000000000{n}-{run}"), &line);
    }
    bench.store(
        "timeline",
        "8fb2cbf0-f4b6-5d67-a1d2-b1f3638d3be3/x",
        &json!({"event_id": run, "event_type": "Other",
        "source": "/mesh/test", "at": "2026-01-05T09:00:00.000Z"}),
    );
    let status = bench.get(&format!("/generate/status/{run}")).json();
    assert_eq!(
        (&status["status"], &status["stage"], &status["progress"]),
        (&json!("complete"), &json!("ended"), &json!(100))
    );
    assert_eq!(status["cost"], json!({"tokens": 15, "inputTokens": 10, "outputTokens": 5, "microUsd": 42}));
    assert_eq!((&status["finalMarkdownUri"], &status["page"]["bytes"]), (&json!("file:///final"), &json!(7)));
    let events: Vec<&Value> =
        status["timeline"].as_array().expect("lines").iter().map(|line| &line["eventType"]).collect();
    assert_eq!(events, ["ContentRequest", "ContentPublished"]);
    assert_eq!(status["links"]["post"], "/posts/p-1");
    let (_, foreign) = bench.key(&[Scope::Read], Some("other"), 100);
    let told = bench.bare(bench.request("GET", &format!("/generate/status/{run}"), &[("x-api-key", &foreign)], None));
    assert_eq!(told.code(), "NOT_FOUND");
}

#[test]
fn a_caller_may_wait_for_the_end() {
    let bench = Bench::new();
    bench.shop();
    let started = mesh_core::ports::Clock::now(&*bench.clock);
    let late = bench.generate(&[("prefer", "respond-async, wait=3")], "p-1");
    assert_eq!((late.status, late.header("preference-applied")), (StatusCode::ACCEPTED, "wait=3"));
    assert_eq!(started.until(mesh_core::ports::Clock::now(&*bench.clock)), Duration::from_secs(3));
    let run = run_of(&late);
    let (path, record) = (format!("/generate/status/{run}"), record_of(&run, true));
    let ask = bench.send(bench.request("GET", &path, &[("prefer", "wait=600")], None));
    let (told, ()) = bench.run(join(ask, bench.store_later(Duration::from_secs(10), "generation", &run, &record)));
    assert_eq!((told.status, told.header("preference-applied")), (StatusCode::OK, "wait=25"));
    assert_eq!(told.json()["status"], "complete");
    assert!(started.until(mesh_core::ports::Clock::now(&*bench.clock)) <= Duration::from_millis(13_500));
    let done = bench.generate(&[("prefer", "wait=5")], "p-1");
    assert_eq!(done.status, StatusCode::ACCEPTED, "the ended run does not count: another one is started");
}

#[test]
fn a_run_that_ends_in_time_is_answered_whole() {
    let bench = Bench::new();
    bench.shop();
    let key = [("idempotency-key", "k"), ("prefer", "wait=20")];
    let run = run_of(&bench.generate(&key[..1], "p-1"));
    let body = json!({"postId": "p-1"});
    let ask = bench.send(bench.request("POST", "/generate", &key, Some(&body)));
    let record = record_of(&run, true);
    let (told, ()) = bench.run(join(ask, bench.store_later(Duration::from_secs(5), "generation", &run, &record)));
    assert_eq!((told.status, &told.json()["url"]), (StatusCode::OK, &json!("https://shop.test/posts/p-1/")));
    let post = bench.get("/posts/p-1").json();
    assert_eq!((&post["status"], &post["finalMarkdownUri"]), (&json!("complete"), &json!("file:///final")));
}
