//! What is particular to these blobs.

use std::fs;

use bytes::Bytes;
use mesh_core::ports::{Blobs, BlobsExt, PortError, PutCondition, PutResult};
use mesh_testkit::block_on;

use crate::support::Bench;

async fn put(bench: &Bench, key: &str, body: &str) {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let answer = bench.store.blobs().put_bytes(key, body, "text/html", PutCondition::Any).await.unwrap();
    assert!(matches!(answer, PutResult::Stored(_)));
}

#[test]
fn the_site_can_be_read_as_plain_files() {
    let bench = Bench::on_disk();
    let root = bench.path().join("blobs");
    block_on(async {
        put(&bench, "site/a/index.html", "one").await;
        put(&bench, "drafts/x.md", "not for the public").await;
        assert_eq!(fs::read_to_string(root.join("site/a/index.html")).unwrap(), "one");
        put(&bench, "site/a/index.html", "two").await;
        assert_eq!(fs::read_to_string(root.join("site/a/index.html")).unwrap(), "two");
        assert!(!root.join("drafts").exists());
        // Where a plain file is in the way the object is stored nevertheless.
        put(&bench, "site/a/index.html/deeper", "three").await;
        put(&bench, "site/a", "four").await;
        for (key, body) in [("site/a/index.html/deeper", "three"), ("site/a", "four"), ("site/a/index.html", "two")] {
            assert_eq!(bench.store.blobs().get_bytes(key, 10).await.unwrap().unwrap().1, body);
        }
    });
}

#[test]
fn a_body_that_is_not_what_the_head_says_is_corrupt() {
    let bench = Bench::on_disk();
    block_on(async {
        put(&bench, "k", "0123456789").await;
        let meta = bench.store.blobs().head("k").await.unwrap().unwrap();
        let (owner, number) = meta.version.split_once('-').unwrap();
        let path = bench.path().join("blobs/.objects").join(owner).join("0").join(number);
        fs::write(&path, "012").unwrap();
        let cut = bench.store.blobs().get_bytes("k", 10).await;
        assert!(matches!(cut, Err(PortError::Corrupt { .. })), "{cut:?}");
        fs::remove_file(&path).unwrap();
        let gone = bench.store.blobs().get_bytes("k", 10).await;
        assert!(matches!(gone, Err(PortError::Corrupt { .. })), "{gone:?}");
    });
}
