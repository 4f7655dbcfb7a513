//! Bodies: digests, ranges, streams.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use mesh_core::ports::{BlobsExt, ByteStream, PutCondition, PutResult};
use sha2::{Digest, Sha256};

use super::fixture::{Fixture, TEXT, sha256};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

const MIB: usize = 1024 * 1024;

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(meta_says_what_is_there, "put, head, get and list agree on key, SHA-256, length and media type"),
        case!(an_unknown_key_is_none, "get and head of a key that holds nothing are None"),
        case!(an_empty_body_is_an_object, "an empty body is stored and read like any other"),
        case!(ranges_are_slices, "a range answers those bytes, with the meta of the whole object"),
        case!(ranges_end_with_the_body, "a range that is empty or past the end answers what there is, maybe nothing"),
        case!(large_bodies_stream, "a body of several MiB in pieces comes back whole, in pieces, and by range"),
        case!(a_put_does_not_hoard, "a put does not hold a whole large body in memory"),
        case!(a_reader_sees_one_version, "a body that is being read is of one version, whatever is written meanwhile"),
    ]
}

async fn meta_says_what_is_there(f: &Fixture) -> Verdict {
    let body = "na\u{ef}ve \u{1F980}";
    let stored = f.stored("a/b.md", body).await?;
    ensure_eq("key", stored.key.as_str(), "a/b.md")?;
    ensure_eq("sha256", &stored.sha256, &sha256(body.as_bytes()))?;
    ensure_eq("bytes", &stored.bytes, &(body.len() as u64))?;
    ensure_eq("media type", stored.media_type.as_str(), TEXT)?;
    ensure!(!stored.version.is_empty(), "the version is empty");
    ensure_eq("head", &f.head("a/b.md").await?, &Some(stored.clone()))?;
    let got = f.pieces("a/b.md", None).await?.map(|(meta, _)| meta);
    ensure_eq("the meta of get", &got, &Some(stored.clone()))?;
    let listed = f.blobs.list("a/", None, 10).await.said("list")?;
    ensure_eq("list", &listed, &vec![stored.clone()])?;
    let pointer = f.blobs.pointer(&stored);
    ensure_eq("the key of its pointer", &f.blobs.key_of(&pointer.uri), &Some("a/b.md".to_owned()))
}

async fn an_unknown_key_is_none(f: &Fixture) -> Verdict {
    f.stored("a/b", "x").await?;
    for key in ["a", "a/b/c", "a/c", "b"] {
        ensure_eq(&format!("head of {key:?}"), &f.head(key).await?, &None)?;
        ensure!(f.pieces(key, None).await?.is_none(), "get of {key:?} answers an object");
        ensure!(f.pieces(key, Some(0..1)).await?.is_none(), "get of a range of {key:?} answers an object");
    }
    Ok(())
}

async fn an_empty_body_is_an_object(f: &Fixture) -> Verdict {
    let stored = f.stored("empty", "").await?;
    ensure_eq("bytes", &stored.bytes, &0)?;
    ensure_eq("sha256", &stored.sha256, &sha256(b""))?;
    f.holds("empty", "").await?;
    f.slice("empty", Some(0..10), "").await?;
    let nothing: ByteStream = Box::pin(stream::empty());
    let answer = f.blobs.put("no pieces", nothing, TEXT, PutCondition::IfAbsent).await.said("put")?;
    ensure!(matches!(answer, PutResult::Stored(_)), "a put of a stream without pieces: {answer:?}");
    f.holds("no pieces", "").await
}

async fn ranges_are_slices(f: &Fixture) -> Verdict {
    let stored = f.stored("k", "0123456789").await?;
    for (range, expected) in [(0..10, "0123456789"), (0..1, "0"), (3..7, "3456"), (9..10, "9")] {
        f.slice("k", Some(range), expected).await?;
    }
    let part = f.pieces("k", Some(3..7)).await?.map(|(meta, _)| meta);
    ensure_eq("the meta of a part", &part, &Some(stored))
}

async fn ranges_end_with_the_body(f: &Fixture) -> Verdict {
    f.stored("k", "0123456789").await?;
    let ranges = [(5..5, ""), (0..0, ""), (8..100, "89"), (0..u64::MAX, "0123456789"), (10..20, ""), (50..60, "")];
    for (range, expected) in ranges {
        f.slice("k", Some(range), expected).await?;
    }
    Ok(())
}

/// `count` pieces of `size` bytes, each filled with its number, and the digest of all of them.
fn numbered(count: u8, size: usize) -> (Vec<Bytes>, [u8; 32]) {
    let pieces: Vec<Bytes> = (0..count).map(|n| Bytes::from(vec![n; size])).collect();
    let mut digest = Sha256::new();
    pieces.iter().for_each(|piece| digest.update(piece));
    (pieces, digest.finalize().into())
}

async fn large_bodies_stream(f: &Fixture) -> Verdict {
    let piece = 60_000;
    let (pieces, digest) = numbered(140, piece);
    let whole = pieces.concat();
    let body: ByteStream = Box::pin(stream::iter(pieces.into_iter().map(Ok)));
    let answer = f.blobs.put("large", body, "video/mp4", PutCondition::IfAbsent).await.said("put")?;
    let PutResult::Stored(meta) = answer else {
        return Err(format!("put of a large body: {answer:?}"));
    };
    ensure_eq("sha256", &meta.sha256, &mesh_contracts::Sha256Hex::from_digest(&digest))?;
    ensure_eq("bytes", &meta.bytes, &(whole.len() as u64))?;
    let (_, read) = f.pieces("large", None).await?.ok_or("the large object is not there")?;
    ensure!(read.iter().all(|piece| piece.len() <= 4 * MIB), "get answers pieces of more than 4 MiB");
    ensure!(read.concat() == whole, "the large body comes back changed");
    let middle = 5 * MIB as u64 - 7..5 * MIB as u64 + 70_000;
    let (_, part) = f.pieces("large", Some(middle.clone())).await?.ok_or("the large object is not there")?;
    let expected = &whole[usize::try_from(middle.start).unwrap()..usize::try_from(middle.end).unwrap()];
    ensure!(part.concat() == expected, "a range of the large body comes back changed");
    Ok(())
}

/// A piece that counts itself while it lives.
struct Counted {
    bytes: Vec<u8>,
    alive: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

async fn a_put_does_not_hoard(f: &Fixture) -> Verdict {
    let (size, count) = (MIB / 4, 96);
    let alive = Arc::new(AtomicUsize::new(0));
    let peak = Arc::new(AtomicUsize::new(0));
    let (counter, highest) = (Arc::clone(&alive), Arc::clone(&peak));
    let pieces = stream::iter(0..count).map(move |_| {
        let now = counter.fetch_add(size, Ordering::Relaxed) + size;
        highest.fetch_max(now, Ordering::Relaxed);
        Ok(Bytes::from_owner(Counted { bytes: vec![7; size], alive: Arc::clone(&counter) }))
    });
    let answer = f.blobs.put("large", Box::pin(pieces), "video/mp4", PutCondition::Any).await.said("put")?;
    ensure!(matches!(answer, PutResult::Stored(_)), "put of a large body: {answer:?}");
    let peak = peak.load(Ordering::Relaxed);
    ensure!(peak <= 18 * MIB, "{} MiB of a body of {} MiB were held at once", peak / MIB, size * count / MIB);
    Ok(())
}

async fn a_reader_sees_one_version(f: &Fixture) -> Verdict {
    let (old, old_digest) = numbered(32, 64 * 1024);
    let old: ByteStream = Box::pin(stream::iter(old.into_iter().map(Ok)));
    f.blobs.put("k", old, TEXT, PutCondition::Any).await.said("put")?;
    let (meta, mut body) = f.blobs.get("k", None).await.said("get")?.ok_or("the object is not there")?;
    let first = body.try_next().await.said("the first piece")?.ok_or("the body is empty")?;
    f.stored("k", "new").await?;
    let rest: Result<Vec<Bytes>, _> = body.try_collect().await;
    let Ok(rest) = rest else {
        return f.holds("k", "new").await;
    };
    let read = sha256(&[&[first][..], &rest[..]].concat().concat());
    ensure_eq("the meta that was read", &meta.sha256, &mesh_contracts::Sha256Hex::from_digest(&old_digest))?;
    ensure_eq("the digest of what was read", &read, &meta.sha256)?;
    f.holds("k", "new").await
}
