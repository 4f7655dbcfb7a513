//! Ids that follow from other ids: the same again for the same parts, another for any other parts.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;

use mesh_core::ids::{NAMESPACE, derive, of_child, of_content, of_foreign, of_request, sha256, sha256_hex};
use proptest::prelude::*;
use uuid::{Uuid, Variant};

/// Texts out of what the separators themselves are made of, so that a boundary could be forged if any can.
fn part() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9:]{0,4}", "[a-c1:]{0,3}", any::<String>()]
}

fn parts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(part(), 0..5)
}

fn derived(namespace: u128, parts: &[String]) -> Uuid {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    derive(Uuid::from_u128(namespace), &parts)
}

/// As Python's `uuid.uuid5` has them.
#[test]
fn ids_stay_what_they_have_been() {
    let known = |text: &str| Uuid::parse_str(text).expect("an id");
    let cause = known("01234567-89ab-cdef-0123-456789abcdef");
    assert_eq!(of_request("weekly", "r1"), known("24e08571-428d-5620-9f7d-05548bd1a8de"));
    assert_eq!(of_foreign("/shop", "r1"), known("a17559be-7707-573f-8d16-acc10c853c27"));
    assert_eq!(of_child(cause, "content-gen", "ContentReady", 0), known("d31f9bd9-5f43-5eb2-a6ed-08d6ea0ebb52"));
    assert_eq!(of_content(cause).0, known("dea192a2-2459-5b97-bf1f-fb247d5eb251"));
    assert_eq!(derive(cause, &[]), known("2df9e5a4-3701-5d8d-9d55-4bb874936f1f"));
    assert_eq!(derive(NAMESPACE, &["\u{e9}", ""]), known("49273343-3710-55e1-9f67-464a74b7b898"));
}

#[test]
fn no_two_short_lists_of_parts_share_an_id() {
    const WORDS: [&str; 9] = ["", "a", "1", ":", "1:", "1:a", "0:", "a1:", "2:1:"];
    let mut seen: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    let mut lists: Vec<Vec<&str>> = vec![Vec::new()];
    for _ in 0..4 {
        for list in &lists {
            let earlier = seen.entry(derive(NAMESPACE, list)).or_insert_with(|| list.clone());
            assert_eq!(earlier, list);
        }
        lists = lists.iter().flat_map(|list| WORDS.map(|word| [list.as_slice(), &[word]].concat())).collect();
    }
    assert_eq!(seen.len(), 1 + 9 + 81 + 729);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_parts_give_the_same_id_and_others_another(
        namespace in 0u128..3, other in 0u128..3, one in parts(), two in parts()
    ) {
        let same = namespace == other && one == two;
        prop_assert_eq!(derived(namespace, &one) == derived(other, &two), same);
        prop_assert_eq!(derived(namespace, &one), derived(namespace, &one.clone()));
    }

    #[test]
    fn where_a_text_is_parted_matters(text in "[0-9:a]{1,12}", at in 0usize..12, other in 0usize..12) {
        let split = |at: usize| text.split_at(at.min(text.len()));
        let id = |(left, right): (&str, &str)| derive(NAMESPACE, &[left, right]);
        prop_assert_eq!(id(split(at)) == id(split(other)), split(at) == split(other));
        prop_assert_ne!(id(split(at)), derive(NAMESPACE, &[&text]));
        prop_assert_ne!(id(split(at)), derive(NAMESPACE, &[&text, "", ""]));
    }

    #[test]
    fn an_id_is_a_uuid_by_name(namespace in any::<u128>(), parts in parts()) {
        let id = derived(namespace, &parts);
        prop_assert_eq!((id.get_version_num(), id.get_variant()), (5, Variant::RFC4122));
    }

    #[test]
    fn a_request_is_its_site_and_its_own_id(
        site in part(), request in part(), other_site in part(), other_request in part()
    ) {
        let same = (&site, &request) == (&other_site, &other_request);
        prop_assert_eq!(of_request(&site, &request) == of_request(&other_site, &other_request), same);
        prop_assert_ne!(of_request(&site, &request), of_foreign(&site, &request));
    }

    #[test]
    fn children_differ_by_cause_agent_type_and_place(
        one in (0u128..3, "[ab]{0,2}", "[ab]{0,2}", 0u32..12), two in (0u128..3, "[ab]{0,2}", "[ab]{0,2}", 0u32..12)
    ) {
        let child = |(cause, agent, kind, index): &(u128, String, String, u32)| {
            of_child(Uuid::from_u128(*cause), agent, kind, *index)
        };
        prop_assert_eq!(child(&one) == child(&two), one == two);
        prop_assert_ne!(child(&one), of_content(Uuid::from_u128(one.0)).0);
    }

    #[test]
    fn a_digest_in_hex_is_the_digest(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let hex: String = sha256(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(sha256_hex(&bytes), hex);
    }
}
