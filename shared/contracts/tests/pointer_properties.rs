//! Pointers: what is read is written the same, what is no pointer is refused, and the schema and the types agree on it.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

mod support;

use mesh_contracts::{Pointer, Sha256Hex, read, validate};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A contract whose `draft` is a pointer.
const CONTRACT: &str = "content-ready-v1";
/// The largest object of S3: 5 TiB.
const MOST_BYTES: i64 = 5_497_558_138_880;

/// An event that is right but for its pointer, which is this.
fn event_with(pointer: &Value) -> Value {
    let (_, mut event) = support::examples(CONTRACT).into_iter().next().expect("an example");
    event["draft"] = pointer.clone();
    event
}

/// Whether it is a pointer; the schema of an event and the type of pointers must say the same.
fn is_pointer(value: &Value) -> bool {
    let by_schema = validate(CONTRACT, &event_with(value)).is_ok();
    let by_type = read::<Pointer>(value).is_ok();
    assert_eq!(by_schema, by_type, "schema and type disagree about {value}");
    by_type
}

prop_compose! {
    fn pointer()(
        uri in "(s3|mesh|file|https)://[a-z0-9.-]{1,20}/[ -~\u{e0}-\u{ff}]{1,60}",
        digest in any::<[u8; 32]>(),
        bytes in 0..=MOST_BYTES,
        media_type in "[a-z]{1,12}/[a-z+.-]{1,20}(; charset=utf-8)?",
    ) -> Value {
        let sha256: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({"uri": uri, "sha256": sha256, "bytes": bytes, "media_type": media_type})
    }
}

/// What is put in the place of a field.
fn broken() -> impl Strategy<Value = (&'static str, Value)> {
    let text = |field: &'static str, pattern: &'static str| pattern.prop_map(move |text| (field, json!(text)));
    prop_oneof![
        text("uri", "[ \t\n]{0,5}"),
        text("uri", "[a-z]{1101,1110}"),
        text("sha256", "[0-9a-f]{0,63}"),
        text("sha256", "[0-9a-f]{65,70}"),
        text("sha256", "[0-9a-f]{63}[A-Fg-z\u{e9} ]"),
        text("sha256", "[0-9a-f]{63}\n"),
        text("media_type", "[ \t]{0,3}"),
        text("media_type", "[a-z]{101,110}"),
        (i64::MIN..0).prop_map(|bytes| ("bytes", json!(bytes))),
        (MOST_BYTES + 1..i64::MAX).prop_map(|bytes| ("bytes", json!(bytes))),
        (1u32..1000).prop_map(|n| ("bytes", json!(f64::from(n) + 0.5))),
        "[0-9]{1,6}".prop_map(|bytes| ("bytes", json!(bytes))),
        (prop::sample::select(vec!["uri", "sha256", "bytes", "media_type"]), other()),
    ]
}

/// What no field of a pointer may be.
fn other() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!(null), json!(true), json!([]), json!({}), json!(["s3://b/k"])])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pointer_is_written_as_it_was_read(value in pointer()) {
        prop_assert!(is_pointer(&value));
        let read: Pointer = read(&value).expect("a pointer");
        prop_assert_eq!(serde_json::to_value(&read).expect("JSON"), value);
        let text = serde_json::to_string(&read).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Pointer>(&text).expect("a pointer"), read);
    }

    #[test]
    fn a_pointer_with_a_field_that_is_none_is_refused(value in pointer(), (field, wrong) in broken()) {
        let mut broken = value;
        broken[field] = wrong;
        prop_assert!(!is_pointer(&broken), "{}", broken);
    }

    #[test]
    fn a_pointer_without_a_field_is_refused(value in pointer(), field in 0usize..4) {
        let mut broken = value;
        broken.as_object_mut().expect("an object").remove(["uri", "sha256", "bytes", "media_type"][field]);
        prop_assert!(!is_pointer(&broken), "{}", broken);
    }

    #[test]
    fn only_an_object_is_a_pointer(value in pointer()) {
        let fields: Vec<Value> = ["uri", "sha256", "bytes", "media_type"].map(|field| value[field].clone()).to_vec();
        prop_assert!(!is_pointer(&json!(fields)));
        prop_assert!(!is_pointer(&value["uri"]));
    }

    #[test]
    fn a_digest_has_one_form(digest in any::<[u8; 32]>(), place in 0usize..64) {
        let hex = Sha256Hex::from_digest(&digest);
        let expected: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(&*hex, expected.as_str());
        prop_assert_eq!(Sha256Hex::new(&*hex).expect("a digest"), hex.clone());
        let mut upper = hex.to_string();
        upper.replace_range(place..=place, &upper[place..=place].to_uppercase());
        prop_assert_eq!(Sha256Hex::new(upper.as_str()).is_ok(), upper == *hex);
    }
}
