//! Objects: large ones, races, the site's bucket, and what S3 answers under strain.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use mesh_aws::{Buckets, S3Blobs, clients};
use mesh_contracts::Sha256Hex;
use mesh_core::ports::{Blobs, BlobsExt, ByteStream, PortError, PutCondition, PutResult};
use sha2::{Digest, Sha256};

use crate::{
    stub::{Answer, Request, Stub},
    support,
};

const MIB: usize = 1024 * 1024;

fn stubbed(stub: &Stub) -> S3Blobs {
    let buckets = Buckets { objects: "objects".to_owned(), site: "site".to_owned() };
    S3Blobs::new(clients::s3(&stub.config), buckets)
}

fn error(status: u16, code: &str) -> Answer {
    Answer::new(status, format!("<Error><Code>{code}</Code><Message>said so</Message></Error>"))
}

fn digest(body: &[u8]) -> String {
    Sha256Hex::from_digest(&Sha256::digest(body).into()).to_string()
}

/// A piece that counts itself while it lives.
struct Counted(Vec<u8>, Arc<AtomicUsize>);

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(self.0.len(), Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_mib_go_there_and_back_in_pieces() {
    let (blobs, _) = support::blobs(&support::config().await).await;
    let (alive, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counter, highest) = (Arc::clone(&alive), Arc::clone(&peak));
    let piece = |n: u8| vec![n; MIB / 2];
    let pieces = stream::iter(0..60).map(move |n| {
        highest.fetch_max(counter.fetch_add(MIB / 2, Ordering::Relaxed) + MIB / 2, Ordering::Relaxed);
        Ok(Bytes::from_owner(Counted(piece(n), Arc::clone(&counter))))
    });
    let body: ByteStream = Box::pin(pieces);
    let put = blobs.put("videos/large.mp4", body, "video/mp4", PutCondition::IfAbsent).await.expect("a put");
    let PutResult::Stored(meta) = put else { panic!("{put:?}") };
    let mut whole = Sha256::new();
    (0..60).for_each(|n| whole.update(piece(n)));
    assert_eq!(meta.sha256, Sha256Hex::from_digest(&whole.finalize().into()));
    assert!(peak.load(Ordering::Relaxed) <= MIB, "{} bytes of pieces were held", peak.load(Ordering::Relaxed));
    let (got, mut body) = blobs.get("videos/large.mp4", None).await.expect("a get").expect("an object");
    assert_eq!(got, meta);
    let (mut read, mut largest) = (0, 0);
    while let Some(piece) = body.try_next().await.expect("the digest holds") {
        read += piece.len();
        largest = largest.max(piece.len());
    }
    assert_eq!(read, 30 * MIB);
    assert!(largest <= MIB, "a piece has {largest} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_writers_in_a_race_one_stores() {
    let (blobs, _) = support::blobs(&support::config().await).await;
    for round in 0..10 {
        let key = format!("race/{round}");
        let writers = (0..2).map(|writer| {
            let (blobs, key) = (blobs.clone(), key.clone());
            let body = Bytes::from(format!("writer {writer}"));
            tokio::spawn(async move { blobs.put_bytes(&key, body, "text/plain", PutCondition::IfAbsent).await })
        });
        let results: Vec<PutResult> =
            future::join_all(writers).await.into_iter().map(|put| put.unwrap().expect("an answer")).collect();
        let stored: Vec<_> = results.iter().filter(|result| matches!(result, PutResult::Stored(_))).collect();
        assert_eq!(stored.len(), 1, "{results:?}");
        let PutResult::Stored(winner) = stored[0] else { unreachable!() };
        assert!(results.contains(&PutResult::Refused(Some(winner.clone()))), "{results:?}");
    }
}

#[tokio::test]
async fn a_put_is_one_request_and_a_refused_one_two() {
    let respond = |_, request: &Request| match (request.method.as_str(), request.headers.get("if-none-match")) {
        ("PUT", None) => Answer::new(200, "").with("etag", "\"v1\""),
        ("PUT", Some(_)) => error(412, "PreconditionFailed"),
        _ => Answer::new(200, "")
            .with("etag", "\"v1\"")
            .with("content-length", "3")
            .with("content-type", "text/plain")
            .with("x-amz-meta-sha256", digest(b"old")),
    };
    let stub = Stub::start(respond).await;
    let blobs = stubbed(&stub);
    let put = |condition| blobs.put_bytes("k", Bytes::from_static(b"new"), "text/plain", condition);
    let stored = put(PutCondition::Any).await.expect("an answer");
    assert!(matches!(&stored, PutResult::Stored(meta) if *meta.sha256 == digest(b"new")), "{stored:?}");
    assert_eq!(stub.requests().len(), 1);
    assert_eq!(stub.requests()[0].headers["x-amz-meta-sha256"], digest(b"new"));
    let refused = put(PutCondition::IfAbsent).await.expect("an answer");
    assert!(matches!(&refused, PutResult::Refused(Some(meta)) if *meta.sha256 == digest(b"old")), "{refused:?}");
    assert_eq!(stub.requests().len(), 3);
}

#[tokio::test]
async fn bodies_are_sent_with_a_checksum_of_the_sdk() {
    let stub = Stub::start(|_, _: &Request| Answer::new(200, "").with("etag", "\"v1\"")).await;
    for mib in [1, 9] {
        let body = Bytes::from(vec![b'x'; mib * MIB]);
        let put = stubbed(&stub).put_bytes("k", body, "video/mp4", PutCondition::Any).await.expect("an answer");
        assert!(matches!(put, PutResult::Stored(_)), "{put:?}");
    }
    let (small, large) = (&stub.requests()[0], &stub.requests()[1]);
    assert!(small.headers.contains_key("x-amz-checksum-crc32"), "{:?}", small.headers);
    assert_eq!(small.body.len(), MIB);
    // A file is read once: its checksum follows the body.
    assert_eq!(large.headers["x-amz-trailer"], "x-amz-checksum-crc32");
    assert_eq!(large.headers["x-amz-decoded-content-length"], (9 * MIB).to_string());
    let trailer = &large.body[large.body.len() - 300..];
    assert!(trailer.contains("\r\nx-amz-checksum-crc32:"), "{:?} {trailer:?}", large.headers);
}

#[tokio::test]
async fn a_conflict_is_tried_again_and_given_up_in_the_end() {
    let respond = |n, _: &Request| match n {
        0 | 1 => error(409, "ConditionalRequestConflict"),
        _ => Answer::new(200, "").with("etag", "\"v1\""),
    };
    let stub = Stub::start(respond).await;
    let put = |blobs: S3Blobs| async move {
        blobs.put_bytes("k", Bytes::from_static(b"new"), "text/plain", PutCondition::IfAbsent).await
    };
    let stored = put(stubbed(&stub)).await.expect("an answer");
    assert!(matches!(stored, PutResult::Stored(_)), "{stored:?}");
    assert_eq!(stub.requests().len(), 3);
    let endless = Stub::start(|_, _: &Request| error(409, "ConditionalRequestConflict")).await;
    let answer = put(stubbed(&endless)).await;
    assert!(matches!(answer, Err(PortError::Unavailable { .. })), "{answer:?}");
    assert_eq!(endless.requests().len(), 5);
}

#[tokio::test]
async fn a_body_with_another_digest_is_corrupt() {
    let respond = |_, _: &Request| {
        Answer::new(200, "changed").with("etag", "\"v1\"").with("x-amz-meta-sha256", digest(b"as it was"))
    };
    let stub = Stub::start(respond).await;
    let answer = stubbed(&stub).get_bytes("k", 100).await;
    assert!(matches!(answer, Err(PortError::Corrupt { .. })), "{answer:?}");
}

#[tokio::test]
async fn what_is_forbidden_is_not_taken_for_absent() {
    let stub = Stub::start(|_, _: &Request| error(403, "AccessDenied")).await;
    let head = stubbed(&stub).head("k").await.expect_err("an error");
    assert_eq!(head.to_string(), "blobs is unavailable: cannot look at the object k: HTTP 403: no message");
    let get = stubbed(&stub).get_bytes("k", 100).await.expect_err("an error");
    assert_eq!(get.to_string(), "blobs is unavailable: cannot read the object k: AccessDenied: said so");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_site_has_a_bucket_of_its_own() {
    let config = support::config().await;
    let (blobs, buckets) = support::blobs(&config).await;
    let keys = ["drafts/a.md", "site/index.html", "sitemap.md", "sites/b/a.png", "t.md"];
    for key in keys {
        let media_type = if key.ends_with(".png") { "image/png" } else { "text/html; charset=utf-8" };
        let put = blobs.put_bytes(key, Bytes::from_static(b"x"), media_type, PutCondition::IfAbsent).await;
        assert!(matches!(put, Ok(PutResult::Stored(_))), "{key}: {put:?}");
    }
    // Somebody else's object in the same bucket is no object of ours.
    let client = clients::s3(&config);
    client.put_object().bucket(&buckets.site).key("site/by-hand.txt").body(Vec::new().into()).send().await.unwrap();
    client.put_object().bucket(&buckets.site).key("error.html").body(Vec::new().into()).send().await.unwrap();
    assert_eq!(blobs.uri("site/index.html"), format!("s3://{}/site/index.html", buckets.site));
    assert_eq!(blobs.uri("sitemap.md"), format!("s3://{}/sitemap.md", buckets.objects));
    let listed = |prefix: &'static str, after: Option<&'static str>, limit| {
        let blobs = blobs.clone();
        async move {
            let listed = blobs.list(prefix, after, limit).await.expect("a listing");
            listed.into_iter().map(|meta| meta.key).collect::<Vec<_>>()
        }
    };
    assert_eq!(listed("", None, 100).await, keys);
    assert_eq!(listed("site", None, 100).await, keys[1..4]);
    assert_eq!(listed("", Some("drafts/a.md"), 2).await, keys[1..3]);
    let caching = async |key: &str| {
        let head = client.head_object().bucket(&buckets.site).key(key).send().await.expect("a head");
        head.cache_control.unwrap_or_default()
    };
    assert_eq!(caching("site/index.html").await, "public, max-age=60, stale-while-revalidate=600");
    assert_eq!(caching("sites/b/a.png").await, "public, max-age=86400");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_listings_are_read_page_by_page() {
    let (blobs, _) = support::blobs(&support::config().await).await;
    let keys: Vec<String> = (0..1_003).map(|n| format!("many/{n:04}")).collect();
    let puts =
        stream::iter(&keys).map(|key| blobs.put_bytes(key, Bytes::from_static(b"x"), "text/plain", PutCondition::Any));
    let puts: Vec<_> = puts.buffer_unordered(16).collect().await;
    assert!(puts.iter().all(Result::is_ok));
    let listed = blobs.list("many/", None, usize::MAX).await.expect("a listing");
    assert_eq!(listed.into_iter().map(|meta| meta.key).collect::<Vec<_>>(), keys);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presigned_address_is_read_without_credentials() {
    let (blobs, _) = support::blobs(&support::config().await).await;
    blobs
        .put_bytes("drafts/a b.md", Bytes::from_static(b"# a"), "text/markdown", PutCondition::Any)
        .await
        .expect("a put");
    let address = blobs.presigned("drafts/a b.md", Duration::from_secs(60)).await.expect("an address");
    assert!(address.contains("X-Amz-SignedHeaders=host&"), "it needs more than its address: {address}");
    let answer = reqwest::get(&address).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.expect("a body"), "# a");
    for lifetime in [Duration::ZERO, Duration::from_secs(7 * 24 * 3_600 + 1)] {
        let answer = blobs.presigned("a", lifetime).await;
        assert!(matches!(answer, Err(PortError::Limit { .. })), "{answer:?}");
    }
}
