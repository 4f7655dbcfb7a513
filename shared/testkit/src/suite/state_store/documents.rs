//! Documents: what is read, and on what conditions something is written.

use mesh_core::ports::{CommitAnswer, DocKey, Document, IdRange, Write, WriteMode};
use serde_json::{Value, json};

use super::{
    Fixture,
    steps::{GADGET, WIDGET, create, key, write},
};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(a_document_comes_back_as_written, "a document is read with every field as it was written, as version 1"),
        case!(an_unknown_document_is_none, "a document that was never written is None"),
        case!(versions_rise_by_one, "the version rises by one with every write, whatever the write's own version says"),
        case!(create_happens_once, "a second Create of one key is a Conflict that names it and changes nothing"),
        case!(if_version_needs_that_version, "IfVersion(v) writes only over version v, never where there is nothing"),
        case!(check_compares_and_writes_nothing, "Check(v) holds only for version v and leaves the document as it is"),
        case!(check_zero_means_absent, "Check(0) holds only where there is no document, and writes none"),
        case!(list_is_in_byte_order, "list answers in the byte order of ids, from inclusive, to exclusive"),
        case!(list_keeps_kinds_apart, "list answers documents of its kind only, at most `limit`"),
        case!(the_longest_id_is_stored, "an id of 1,024 bytes is stored"),
    ]
}

async fn a_document_comes_back_as_written(f: &Fixture) -> Verdict {
    let body = json!({
        "text": "na\u{ef}ve \u{1F980} \n\t\"quoted\"", "empty": "", "null": null, "list": [1, [], {}],
        "large": 9_007_199_254_740_993_i64, "negative": -1, "fraction": 0.1, "truth": true,
    });
    let written = Document {
        key: key("full"),
        version: 41,
        owner: Some("site-1".to_owned()),
        index: Some("topic:edge computing".to_owned()),
        sort: Some("2026-01-05T09:00:00.000Z".to_owned()),
        expires_at: Some(f.time.now().plus(f.time.units(1000))),
        body,
    };
    f.handled(1, vec![Write { mode: WriteMode::Create, document: written.clone() }], vec![]).await?;
    ensure_eq("get", &f.read("full").await?, &Some(Document { version: 1, ..written }))
}

async fn an_unknown_document_is_none(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("known")], vec![]).await?;
    f.absent("unknown").await?;
    let other_kind = f.store.get(&DocKey::new(GADGET, "known")).await.said("get")?;
    ensure_eq("get of the same id in another kind", &other_kind, &None)
}

async fn versions_rise_by_one(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("w")], vec![]).await?;
    for version in 1..4_u64 {
        let mut next = write(WriteMode::IfVersion(version), "w", json!(version));
        next.document.version = 700;
        f.handled(10 + u128::from(version), vec![next], vec![]).await?;
        ensure_eq("the stored document", &f.stored("w").await?, &(version + 1, json!(version)))?;
    }
    Ok(())
}

async fn create_happens_once(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("once")], vec![]).await?;
    let again = f.handle(2, vec![write(WriteMode::Create, "once", json!("second"))]).await?;
    ensure_eq("the second Create", &again, &CommitAnswer::Conflict { key: key("once") })?;
    ensure_eq("the stored document", &f.stored("once").await?, &(1, json!({ "made": "once" })))
}

async fn if_version_needs_that_version(f: &Fixture) -> Verdict {
    let missing = f.handle(1, vec![write(WriteMode::IfVersion(1), "w", json!("x"))]).await?;
    ensure_eq("IfVersion(1) where there is nothing", &missing, &CommitAnswer::Conflict { key: key("w") })?;
    f.absent("w").await?;
    f.handled(2, vec![create("w")], vec![]).await?;
    for (n, wrong) in [(3, 0), (4, 2), (5, 7)] {
        let answer = f.handle(n, vec![write(WriteMode::IfVersion(wrong), "w", json!("x"))]).await?;
        let what = format!("IfVersion({wrong}) over version 1");
        ensure_eq(&what, &answer, &CommitAnswer::Conflict { key: key("w") })?;
    }
    ensure_eq("the stored document", &f.stored("w").await?, &(1, json!({ "made": "w" })))
}

async fn check_compares_and_writes_nothing(f: &Fixture) -> Verdict {
    f.handled(1, vec![create("w")], vec![]).await?;
    let check = |version| write(WriteMode::Check(version), "w", Value::Null);
    f.handled(2, vec![check(1), create("x")], vec![]).await?;
    ensure_eq("the document that was checked", &f.stored("w").await?, &(1, json!({ "made": "w" })))?;
    for (n, wrong) in [(3, 0), (4, 2)] {
        let answer = f.handle(n, vec![check(wrong), create("y")]).await?;
        let what = format!("Check({wrong}) of version 1");
        ensure_eq(&what, &answer, &CommitAnswer::Conflict { key: key("w") })?;
    }
    f.absent("y").await
}

async fn check_zero_means_absent(f: &Fixture) -> Verdict {
    f.handled(1, vec![write(WriteMode::Check(0), "none", json!("x")), create("w")], vec![]).await?;
    f.absent("none").await?;
    let one = f.handle(2, vec![write(WriteMode::Check(1), "none", json!("x"))]).await?;
    ensure_eq("Check(1) where there is nothing", &one, &CommitAnswer::Conflict { key: key("none") })
}

async fn list_is_in_byte_order(f: &Fixture) -> Verdict {
    let ids = ["B", "a", "a#1", "a/1", "a/2", "a0", "aa", "b", "\u{ff61}", "\u{10348}"];
    f.handled(1, ids.iter().rev().map(|id| create(id)).collect(), vec![]).await?;
    ensure_eq("the whole kind", &list(f, WIDGET, None, None, 100).await?, &ids.map(str::to_owned).to_vec())?;
    let middle = list(f, WIDGET, Some("a/1"), Some("aa"), 100).await?;
    ensure_eq("from a/1 to aa", &middle, &["a/1", "a/2", "a0"].map(str::to_owned).to_vec())?;
    let tail = list(f, WIDGET, Some("b"), None, 100).await?;
    ensure_eq("from b", &tail, &["b", "\u{ff61}", "\u{10348}"].map(str::to_owned).to_vec())?;
    let head = list(f, WIDGET, None, Some("a#1"), 100).await?;
    ensure_eq("to a#1", &head, &["B", "a"].map(str::to_owned).to_vec())
}

async fn list_keeps_kinds_apart(f: &Fixture) -> Verdict {
    let mut other = create("a");
    other.document.key = DocKey::new(GADGET, "a");
    f.handled(1, vec![create("c"), other, create("b"), create("d")], vec![]).await?;
    ensure_eq("widgets", &list(f, WIDGET, None, None, 10).await?, &["b", "c", "d"].map(str::to_owned).to_vec())?;
    ensure_eq("gadgets", &list(f, GADGET, None, None, 10).await?, &vec!["a".to_owned()])?;
    ensure_eq("two widgets", &list(f, WIDGET, None, None, 2).await?, &["b", "c"].map(str::to_owned).to_vec())
}

async fn the_longest_id_is_stored(f: &Fixture) -> Verdict {
    let id = "x".repeat(1024);
    f.handled(1, vec![create(&id)], vec![]).await?;
    ensure!(f.read(&id).await?.is_some(), "the document with an id of 1,024 bytes is not there");
    Ok(())
}

async fn list(
    f: &Fixture,
    kind: &str,
    from: Option<&str>,
    to: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, String> {
    let range = IdRange { from: from.map(str::to_owned), to: to.map(str::to_owned) };
    let documents = f.store.list(kind, &range, limit).await.said("list")?;
    Ok(documents.into_iter().map(|document| document.key.id).collect())
}
