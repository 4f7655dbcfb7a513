//! The blobs suite passes what is right and names what is wrong.

use std::sync::Arc;

use mesh_testkit::{
    block_on,
    suite::{
        Harness,
        blobs::{Fixture, all, cases, check},
    },
};

use crate::{
    every_flaw_is_found,
    fakes::{
        BlobsFlaw::{self, *},
        MemoryBlobs,
    },
};

fn harness(flaw: Option<BlobsFlaw>) -> Harness<Fixture> {
    Harness::new(move || Fixture {
        foreign_uris: vec!["memory://another/a/b".to_owned()],
        ..Fixture::new(Arc::new(MemoryBlobs::new(flaw)))
    })
}

#[test]
fn a_correct_store_passes() {
    block_on(all(&harness(None)));
}

#[test]
fn every_flaw_is_found_by_its_case() {
    let flaws = [
        (OverwritesOnce, "write_once_is_once"),
        (OverwritesOnce, "of_two_writers_one_stores"),
        (IgnoresIfMatch, "if_match_needs_that_version"),
        (RefusesWithoutMeta, "write_once_is_once"),
        (KeepsVersion, "a_new_body_is_a_new_version"),
        (KeepsHalfBodies, "a_broken_body_leaves_nothing"),
        (Hoards, "a_put_does_not_hoard"),
        (OnePiece, "large_bodies_stream"),
        (WrongDigest, "meta_says_what_is_there"),
        (RangeBeyondFails, "ranges_end_with_the_body"),
        (InclusiveRange, "ranges_are_slices"),
        (MetaOfThePart, "ranges_are_slices"),
        (FoldsCase, "keys_are_plain_text"),
        (ListsAfterIncluded, "list_goes_on_after_a_key"),
        (ListsFoldersOnly, "list_is_by_prefix_in_order"),
        (TakesAnyKey, "invalid_keys_are_refused"),
        (OwnsEveryUri, "foreign_uris_are_none"),
        (ForgetsMediaType, "meta_says_what_is_there"),
        (UnescapedUris, "uris_lead_back"),
        (FindsByPrefix, "an_unknown_key_is_none"),
        (NeverOverwrites, "any_overwrites"),
        (ShortKeysOnly, "the_longest_key_is_stored"),
    ];
    let names = cases().into_iter().map(|case| case.name);
    every_flaw_is_found(names, &flaws, |flaw| block_on(check(&harness(Some(flaw)))));
}
