//! What fails for good ends the run; what may heal is tried again.

use mesh_core::{
    Fate,
    ports::{Finish, ModelErrorKind},
};
use mesh_testkit::model::{Reply, ScriptedTextModel, response};
use serde_json::json;

use crate::support::{article, asking, brief, drafted};

fn finished(finish: Finish) -> Reply {
    let mut answer = response("");
    answer.finish = finish;
    answer.into()
}

#[test]
fn an_answer_there_is_nothing_to_make_of_ends_the_run() {
    let filtered = Finish::ContentFilter { categories: vec!["violence".into()] };
    for (reply, code) in [
        (finished(Finish::Refusal), "CONTENT_POLICY"),
        (finished(filtered), "CONTENT_POLICY"),
        (finished(Finish::Stop), "MODEL_MALFORMED_OUTPUT"),
        (ModelErrorKind::Auth.into(), "MODEL_AUTH"),
    ] {
        let bench = asking(ScriptedTextModel::new().responding(reply));
        bench.tell("ContentDrafted", &drafted(&bench, &article("T", 200), Some(&brief())));
        let failure = bench.only("RefineFailure");
        assert_eq!((&failure["code"], &failure["final"]), (&json!(code), &json!(true)), "{failure}");
        assert_eq!((&failure["agent"], &failure["error_type"]), (&json!("refine"), &json!("model")));
        assert!(!failure.to_string().contains("word50"), "nothing of the article");
    }
}

#[test]
fn a_model_that_is_preferred_but_not_there_is_refused_before_anything_is_asked() {
    let bench = asking(ScriptedTextModel::new());
    let mut brief = brief();
    brief["website"]["preferredTextModel"] = json!("openai/other");
    bench.tell("ContentDrafted", &drafted(&bench, "# T\n\nWords.\n", Some(&brief)));
    assert_eq!(bench.only("RefineFailure")["code"], "MODEL_NOT_CONFIGURED");
    assert_eq!(bench.model.calls(), 0);
}

#[test]
fn the_preferred_model_is_asked_when_it_is_the_one_there_is() {
    let bench = asking(ScriptedTextModel::new().answering(article("T", 350)));
    let mut brief = brief();
    brief["website"]["preferredTextModel"] = json!("scripted/test");
    bench.tell("ContentDrafted", &drafted(&bench, "# T\n\nWords.\n", Some(&brief)));
    bench.only("ContentReady");
}

#[test]
fn a_draft_that_is_gone_ends_the_run() {
    let bench = asking(ScriptedTextModel::new());
    let mut data = drafted(&bench, "# T\n\nWords.\n", Some(&brief()));
    let gone = data["draft"]["uri"].as_str().expect("a uri").replace(".md", ".none.md");
    data["draft"]["uri"] = json!(gone);
    bench.tell("ContentDrafted", &data);
    assert_eq!(bench.only("RefineFailure")["code"], "PAYLOAD_GONE");
}

#[test]
fn what_may_heal_is_tried_again_and_says_nothing() {
    let bench = asking(ScriptedTextModel::new().failing(ModelErrorKind::Overloaded).answering(article("T", 350)));
    let fates = bench.tell("ContentDrafted", &drafted(&bench, "# T\n\nWords.\n", Some(&brief())));
    assert!(matches!(fates[..], [Fate::Retry { .. }]), "{fates:?}");
    assert_eq!(bench.published().len(), 0);
    bench.clock.advance(std::time::Duration::from_secs(300));
    bench.round();
    bench.only("ContentReady");
}

#[test]
fn a_site_whose_budget_does_not_hold_the_call_gets_no_text() {
    for (budget, asked) in [(4_999, false), (5_000, true)] {
        let bench = asking(ScriptedTextModel::new().priced(5_000).answering(article("T", 350)));
        let mut brief = brief();
        brief["website"]["monthlyBudgetMicroUsd"] = json!(budget);
        bench.tell("ContentDrafted", &drafted(&bench, "# T\n\nWords.\n", Some(&brief)));
        assert_eq!(bench.model.calls(), usize::from(asked));
        if asked {
            bench.only("ContentReady");
        } else {
            assert_eq!(bench.only("RefineFailure")["code"], "BUDGET_EXCEEDED");
        }
    }
}
