//! The model as a port: limits, continuation, faults, errors, and the same answer to the same request.

use mesh_core::ports::{Finish, ModelErrorKind, TextModel};
use mesh_models::OfflineTextModel;
use proptest::prelude::*;
use serde_json::json;

use crate::{DISCLOSURE, TOPICS, complete, draft, length_error, measure::words, request};

#[test]
fn a_text_from_elsewhere_is_continued_to_an_end() {
    for so_far in
        ["", "# Tea\n\nTea is a drink that", "# Tea\n\nTea is a drink.\n\n", "# Tea\n\n## Green", "Some `code`"]
    {
        let input = json!({"topic": "Tea", "word_count": 400, "text_so_far": so_far});
        let rest = complete(&OfflineTextModel::new(), &request("continue", input, 100_000)).unwrap();
        let text = format!("{so_far}{}", rest.text);
        assert!(length_error(&text, 400) <= 2.0, "{so_far}: {}", words(&text).len());
        assert!(text.ends_with(&format!("\n\n{DISCLOSURE}\n")) && !rest.text.contains("\n# "), "{text}");
        assert!(!text.contains("\n\n\n"), "{text}");
    }
}

#[test]
fn the_same_request_gives_the_same_text_and_says_what_it_is() {
    let model = OfflineTextModel::from_name("offline/text-v1").unwrap();
    let wanted = request("draft", json!({"topic": "Tea", "word_count": 300, "language": "de"}), 4000);
    let one = complete(&model, &wanted).unwrap();
    assert_eq!(one, complete(&OfflineTextModel::new(), &wanted).unwrap());
    assert_eq!((model.name(), model.is_offline()), ("offline/text-v1", true));
    assert_eq!((one.model.as_str(), one.offline, one.attempts), ("offline/text-v1", true, 1));
    assert_eq!((one.cost_micro_usd, model.quote(&wanted)), (Some(0), Some(0)));
    assert!(one.usage.estimated && one.usage.output_tokens == one.text.chars().count().div_ceil(4) as u64);
    assert!(one.text.contains(DISCLOSURE));
}

/// The text of one request, pinned: whoever changes grammar or words has to give the model a new name.
#[test]
fn the_output_of_this_version_is_pinned() {
    let text = draft(json!({"topic": "Sustainable gardening in small cities", "word_count": 800, "fresh_angle": 7}));
    let print = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    assert_eq!(print, 8_600_229_843_041_789_882, "offline/text-v1 no longer writes what it wrote");
}

#[test]
fn what_it_cannot_do_is_an_invalid_request_that_quotes_nothing() {
    let mut with_schema = request("draft", json!({"topic": "secret", "word_count": 300}), 4000);
    with_schema.json_schema = Some(json!({"type": "object"}));
    let requests = [
        request("summarise", json!({"topic": "secret", "word_count": 300}), 4000),
        request("refine", json!({"title": "secret", "words_min": 300, "words_max": 400}), 4000),
        request("image_plan", json!({"topic": "secret"}), 4000),
        request("metadata", json!({"summary": "secret"}), 4000),
        request("draft", json!({"topic": "secret", "word_count": "secret"}), 4000),
        request("continue", json!({"topic": "secret", "word_count": 300}), 4000),
        with_schema,
    ];
    for request in requests {
        let error = complete(&OfflineTextModel::new(), &request).unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::InvalidRequest);
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}

#[test]
fn faults_are_dealt_in_their_order_and_then_all_is_well() {
    use ModelErrorKind::{Auth, Overloaded, QuotaExhausted, RateLimited, ServerError, Timeout};
    let name = "offline/text-v1+fault=rate_limit:2,truncate,refuse,filter,timeout,quota,server_error:1,overloaded,auth";
    let model = OfflineTextModel::from_name(name).unwrap();
    assert_eq!(model.name(), "offline/text-v1");
    let wanted = request("draft", json!({"topic": "Tea", "word_count": 300}), 4000);
    let kind = || complete(&model, &wanted).unwrap_err().kind;
    assert_eq!([kind(), kind()], [RateLimited, RateLimited]);
    let cut = complete(&model, &wanted).unwrap();
    assert!(cut.finish == Finish::Length && cut.text.len() > 300);
    let refused = complete(&model, &wanted).unwrap();
    assert!(refused.finish == Finish::Refusal && refused.text.is_empty());
    assert!(matches!(complete(&model, &wanted).unwrap().finish, Finish::ContentFilter { .. }));
    assert_eq!([kind(), kind(), kind(), kind(), kind()], [Timeout, QuotaExhausted, ServerError, Overloaded, Auth]);
    let well = complete(&model, &wanted).unwrap();
    assert!(well.finish == Finish::Stop && well.text.starts_with(&cut.text));
}

#[test]
fn names_that_cannot_be_read_are_refused() {
    for name in ["offline/text-v2", "offline/text-v1x", "offline/text-v1+fault=", "offline/text-v1+fault=quota:-1", ""]
    {
        assert!(OfflineTextModel::from_name(name).is_err(), "{name}");
    }
}
proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_draft_cut_anywhere_is_continued_to_the_same_draft(limit in 1_u32..1200, angle in 0..50) {
        let mut input = json!({"topic": TOPICS[2].0, "word_count": 500, "fresh_angle": angle});
        let whole = draft(input.clone());
        let cut = complete(&OfflineTextModel::new(), &request("draft", input.clone(), limit)).unwrap();
        prop_assert!(cut.text.chars().count() <= 4 * limit as usize);
        let complete_already = cut.text == whole;
        prop_assert_eq!(cut.finish == Finish::Stop, complete_already);
        input["text_so_far"] = json!(cut.text);
        let rest = complete(&OfflineTextModel::new(), &request("continue", input, 100_000)).unwrap();
        prop_assert_eq!(cut.text + &rest.text, whole);
    }
}
