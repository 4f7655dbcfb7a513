//! Conditions: write once, compare and swap, overwrite.

use bytes::Bytes;
use futures_util::{future, stream};
use mesh_core::ports::{PortError, PutCondition, PutResult};

use super::fixture::{Fixture, TEXT};
use crate::suite::{Case, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(write_once_is_once, "a second put IfAbsent is Refused with what is there, and changes nothing"),
        case!(of_two_writers_one_stores, "of puts IfAbsent at the same time exactly one is Stored"),
        case!(if_match_needs_that_version, "a put IfMatch is Stored only over that version, Refused otherwise"),
        case!(any_overwrites, "a put Any is Stored over whatever is there"),
        case!(
            a_new_body_is_a_new_version,
            "an overwritten object has another version, and the old one matches no more"
        ),
        case!(a_broken_body_leaves_nothing, "a put whose body fails midway is an error and leaves all as it was"),
    ]
}

async fn write_once_is_once(f: &Fixture) -> Verdict {
    let first = f.put("k", "first", PutCondition::IfAbsent).await?;
    let PutResult::Stored(meta) = first else {
        return Err(format!("the first put IfAbsent: {first:?}"));
    };
    let second = f.put("k", "second", PutCondition::IfAbsent).await?;
    ensure_eq("the second put IfAbsent", &second, &PutResult::Refused(Some(meta.clone())))?;
    f.holds("k", "first").await?;
    ensure_eq("head", &f.head("k").await?, &Some(meta))
}

async fn of_two_writers_one_stores(f: &Fixture) -> Verdict {
    let bodies = ["one", "two", "three", "four"];
    let results = future::join_all(bodies.map(|body| f.put("k", body, PutCondition::IfAbsent))).await;
    let mut winners = Vec::new();
    for (body, result) in bodies.into_iter().zip(results) {
        if matches!(result?, PutResult::Stored(_)) {
            winners.push(body);
        }
    }
    ensure!(winners.len() == 1, "{winners:?} were all Stored");
    f.holds("k", winners[0]).await
}

async fn if_match_needs_that_version(f: &Fixture) -> Verdict {
    let nothing = f.put("k", "x", PutCondition::IfMatch("some version".to_owned())).await?;
    ensure_eq("a put IfMatch where there is nothing", &nothing, &PutResult::Refused(None))?;
    ensure_eq("head", &f.head("k").await?, &None)?;
    let first = f.stored("k", "first").await?;
    let wrong = f.put("k", "x", PutCondition::IfMatch("some version".to_owned())).await?;
    ensure_eq("a put IfMatch of another version", &wrong, &PutResult::Refused(Some(first.clone())))?;
    f.holds("k", "first").await?;
    let right = f.put("k", "second", PutCondition::IfMatch(first.version)).await?;
    ensure!(matches!(right, PutResult::Stored(_)), "a put IfMatch of the version that is there: {right:?}");
    f.holds("k", "second").await
}

async fn any_overwrites(f: &Fixture) -> Verdict {
    f.stored("k", "first, and longer").await?;
    let second = f.stored("k", "second").await?;
    f.holds("k", "second").await?;
    ensure_eq("head", &f.head("k").await?, &Some(second))
}

async fn a_new_body_is_a_new_version(f: &Fixture) -> Verdict {
    let first = f.stored("k", "first").await?;
    let second = f.stored("k", "second").await?;
    ensure!(first.version != second.version, "two bodies have one version, {:?}", first.version);
    let late = f.put("k", "third", PutCondition::IfMatch(first.version)).await?;
    ensure_eq("a put IfMatch of the old version", &late, &PutResult::Refused(Some(second)))?;
    f.holds("k", "second").await
}

async fn a_broken_body_leaves_nothing(f: &Fixture) -> Verdict {
    for existing in [None, Some("before")] {
        if let Some(body) = existing {
            f.stored("k", body).await?;
        }
        let pieces = [
            Ok(Bytes::from_static(b"half of it")),
            Err(PortError::Unavailable { port: "elsewhere", message: "broken off".to_owned(), source: None }),
        ];
        let answer = f.blobs.put("k", Box::pin(stream::iter(pieces)), TEXT, PutCondition::Any).await;
        ensure!(answer.is_err(), "a put whose body fails answers {answer:?}");
        match existing {
            Some(body) => f.holds("k", body).await?,
            None => ensure_eq("head after the failed put", &f.head("k").await?, &None)?,
        }
    }
    let listed = f.blobs.list("", None, 10).await.map_err(|error| format!("list failed: {error}"))?;
    ensure_eq("how many objects there are", &listed.len(), &1)
}
