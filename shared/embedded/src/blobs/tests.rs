//! Crashes between the steps of a put.

use std::{fs, path::PathBuf, sync::Arc};

use bytes::Bytes;
use mesh_core::ports::{Blobs, BlobsExt, Clock, PutCondition, one_chunk};
use mesh_testkit::{block_on, clock::ManualClock, entropy::SeededEntropy};
use tempfile::TempDir;

use super::{PORT, head::Put};
use crate::{Options, Store, db::Step};

fn store(directory: &TempDir) -> Store {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new());
    Store::open(directory.path(), clock, Arc::new(SeededEntropy::new(1)), Options::default()).expect("a store")
}

/// A put that ends just before its commit, where the next thing would have been the power cut.
fn crash_before_the_commit(store: &Store, key: &'static str, body: &'static str) {
    let objects = Arc::clone(&store.core.objects);
    let body = block_on(objects.write(one_chunk(Bytes::from_static(body.as_bytes())))).expect("a body");
    let put = Put { key: key.to_owned(), media_type: "text/html".to_owned(), condition: PutCondition::Any, body };
    let work = move |scope: &crate::db::Scope<'_>| put.execute(scope, &objects).map(|_| Step::Undo(()));
    block_on(store.core.db.write(PORT, work)).expect("a step");
}

fn take_over(store: &Store) {
    let (objects, owner) = (Arc::clone(&store.core.objects), store.owner);
    block_on(store.core.db.write(PORT, move |scope| objects.sweep(scope, owner).map(Step::Keep))).expect("a sweep");
}

fn bodies(directory: &TempDir) -> usize {
    fn files(path: PathBuf) -> usize {
        let entries = fs::read_dir(path).expect("a directory").map(|entry| entry.expect("an entry").path());
        entries.map(|path| if path.is_dir() { files(path) } else { 1 }).sum()
    }
    files(directory.path().join("blobs/.objects"))
}

#[test]
fn a_crash_before_the_commit_leaves_what_was_there() {
    let directory = TempDir::new().expect("a directory");
    let (store, plain) = (store(&directory), |name: &str| directory.path().join("blobs/site").join(name));
    let put = store.blobs();
    let old = Bytes::from_static(b"old");
    block_on(put.put_bytes("site/a.html", old.clone(), "text/html", PutCondition::Any)).expect("a put");
    crash_before_the_commit(&store, "site/a.html", "new");
    crash_before_the_commit(&store, "site/b.html", "never");
    // The plain files are ahead, the heads are not.
    assert_eq!(fs::read(plain("a.html")).expect("a file"), b"new");
    assert_eq!(block_on(put.get_bytes("site/a.html", 10)).expect("a get").map(|(_, body)| body), Some(old));
    assert_eq!(block_on(put.head("site/b.html")).expect("a head"), None);
    assert_eq!(bodies(&directory), 3);
    take_over(&store);
    assert_eq!(fs::read(plain("a.html")).expect("a file"), b"old");
    assert!(!plain("b.html").exists());
    assert_eq!(bodies(&directory), 1);
}

#[test]
fn a_put_that_is_refused_or_broken_off_leaves_no_body() {
    let directory = TempDir::new().expect("a directory");
    let store = store(&directory);
    let blobs = store.blobs();
    let put = |condition| blobs.put_bytes("k", Bytes::from_static(b"x"), "text/plain", condition);
    block_on(put(PutCondition::IfMatch("none".to_owned()))).expect("an answer");
    assert_eq!(bodies(&directory), 0);
    block_on(put(PutCondition::IfAbsent)).expect("an answer");
    block_on(put(PutCondition::IfAbsent)).expect("an answer");
    assert_eq!(bodies(&directory), 1);
}
