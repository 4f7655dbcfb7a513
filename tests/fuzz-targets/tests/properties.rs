//! The targets over a few thousand inputs near the seeds; `make fuzz` goes on where this stops.
#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs)]

mod inputs;

use mesh_fuzz_targets::{decode, front_matter, markdown, offline, validate};
use proptest::{collection::vec, prelude::*, sample::Index};

/// A change of an input.
#[derive(Debug, Clone)]
enum Edit {
    Insert(Index, Vec<u8>),
    Replace(Index, Vec<u8>),
    Remove(Index, Index),
    Repeat(Index, Index),
}

fn edit(words: Vec<Vec<u8>>) -> impl Strategy<Value = Edit> {
    let text = prop_oneof![
        4 => proptest::sample::select(words),
        2 => "\\PC{0,8}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..6),
    ];
    (any::<Index>(), any::<Index>(), text, 0..5_u8).prop_map(|(at, to, text, kind)| match kind {
        0 | 1 => Edit::Insert(at, text),
        2 => Edit::Replace(at, text),
        3 => Edit::Remove(at, to),
        _ => Edit::Repeat(at, to),
    })
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        let span = |from: &Index, to: &Index, bytes: &[u8]| {
            let (from, to) = (place(from, bytes), place(to, bytes));
            from.min(to)..from.max(to).min(from.min(to) + 200)
        };
        match self {
            Self::Insert(at, text) => {
                let at = place(at, bytes);
                bytes.splice(at..at, text.iter().copied());
            }
            Self::Replace(at, text) => {
                let at = place(at, bytes);
                let end = (at + text.len()).min(bytes.len());
                bytes.splice(at..end, text.iter().copied());
            }
            Self::Remove(from, to) => drop(bytes.drain(span(from, to, bytes))),
            Self::Repeat(from, to) => {
                let piece = bytes[span(from, to, bytes)].to_vec();
                bytes.extend(piece);
            }
        }
    }
}

/// Seeds of a target with a few changes.
fn near(target: &str) -> impl Strategy<Value = Vec<u8>> {
    let seeds: Vec<Vec<u8>> = inputs::files("corpus-seeds", target).into_iter().map(|(_, bytes)| bytes).collect();
    let edits = vec(edit(inputs::words(target)), 0..6);
    (proptest::sample::select(seeds), edits).prop_map(|(mut bytes, edits)| {
        edits.iter().for_each(|edit| edit.apply(&mut bytes));
        bytes
    })
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn every_message_is_judged_in_one_way(input in near("decode")) {
        decode::text(&input);
    }

    #[test]
    fn every_likely_message_is_judged_in_one_way(input in vec(any::<u8>(), 0..400)) {
        decode::structured(&input);
    }

    #[test]
    fn schema_and_type_agree(input in near("validate")) {
        validate::text(&input);
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn two_parsers_read_the_front_matter(input in near("front_matter")) {
        front_matter::text(&input);
    }

    #[test]
    fn no_text_makes_a_page_act(input in near("markdown")) {
        markdown::text(&input);
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn the_offline_model_keeps_its_limits(input in near("offline")) {
        offline::text(&input);
    }
}
