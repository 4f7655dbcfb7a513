//! Puts: one document by itself, under the conditions of a commit's write.

use futures_util::future;
use mesh_core::ports::{DocKey, Document, Write, WriteMode};
use serde_json::{Value, json};

use super::{
    Fixture,
    steps::{GADGET, create, key, write},
};
use crate::suite::{Case, Said, Verdict, case, ensure_eq, support::ensure_limit};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(a_put_creates_once, "a put that creates is true once, then false, and the first document stays"),
        case!(a_put_keeps_every_field, "what was put is read with every field as it was written, as version 1"),
        case!(a_put_needs_its_version, "a put of IfVersion(v) is true over version v only, and false elsewhere"),
        case!(
            a_put_that_checks_writes_nothing,
            "a put of Check(v) is true for version v (0: none), and writes nothing"
        ),
        case!(puts_and_commits_share_versions, "a commit writes over what was put, and a put over what was committed"),
        case!(a_put_takes_the_expired_as_absent, "a put treats a document past its time as absent"),
        case!(
            of_two_puts_at_once_one_wins,
            "of two puts on one version under way at once one is true, the other false"
        ),
        case!(a_put_has_the_limits_of_a_commit, "a put takes a document of 128 KiB, and a larger one is a Limit"),
    ]
}

impl Fixture {
    async fn put(&self, mode: WriteMode, id: &str, body: Value) -> Result<bool, String> {
        self.store.put(&write(mode, id, body)).await.said("put")
    }
}

async fn a_put_creates_once(f: &Fixture) -> Verdict {
    ensure_eq("the first put", &f.put(WriteMode::Create, "w", json!("first")).await?, &true)?;
    ensure_eq("the second put", &f.put(WriteMode::Create, "w", json!("second")).await?, &false)?;
    ensure_eq("the document", &f.stored("w").await?, &(1, json!("first")))?;
    let other = f.store.get(&DocKey::new(GADGET, "w")).await.said("get")?;
    ensure_eq("get of the same id in another kind", &other, &None)
}

async fn a_put_keeps_every_field(f: &Fixture) -> Verdict {
    let written = Document {
        key: key("full"),
        version: 41,
        owner: Some("site-1".to_owned()),
        index: Some("topic:edge computing".to_owned()),
        sort: Some("2026-01-05T09:00:00.000Z".to_owned()),
        expires_at: Some(f.time.now().plus(f.time.units(1000))),
        body: json!({ "text": "na\u{ef}ve", "large": 9_007_199_254_740_993_i64, "list": [null, {}] }),
    };
    let put = f.store.put(&Write { mode: WriteMode::Create, document: written.clone() }).await.said("put")?;
    ensure_eq("the put", &put, &true)?;
    ensure_eq("get", &f.read("full").await?, &Some(Document { version: 1, ..written }))
}

async fn a_put_needs_its_version(f: &Fixture) -> Verdict {
    ensure_eq("IfVersion(1) of nothing", &f.put(WriteMode::IfVersion(1), "w", json!(0)).await?, &false)?;
    f.absent("w").await?;
    f.put(WriteMode::Create, "w", json!(1)).await?;
    for (expected, done) in [(0, false), (2, false), (1, true), (1, false), (2, true)] {
        let put = f.put(WriteMode::IfVersion(expected), "w", json!(expected + 1)).await?;
        ensure_eq(&format!("IfVersion({expected})"), &put, &done)?;
    }
    ensure_eq("the document", &f.stored("w").await?, &(3, json!(3)))
}

async fn a_put_that_checks_writes_nothing(f: &Fixture) -> Verdict {
    for (version, holds) in [(0, true), (1, false)] {
        let put = f.put(WriteMode::Check(version), "w", json!("x")).await?;
        ensure_eq(&format!("Check({version}) of nothing"), &put, &holds)?;
    }
    f.absent("w").await?;
    f.put(WriteMode::Create, "w", json!("made")).await?;
    for (version, holds) in [(0, false), (1, true), (2, false)] {
        let put = f.put(WriteMode::Check(version), "w", json!("x")).await?;
        ensure_eq(&format!("Check({version}) of version 1"), &put, &holds)?;
    }
    ensure_eq("the document", &f.stored("w").await?, &(1, json!("made")))
}

async fn puts_and_commits_share_versions(f: &Fixture) -> Verdict {
    f.put(WriteMode::Create, "w", json!("put")).await?;
    f.handled(1, vec![write(WriteMode::IfVersion(1), "w", json!("committed"))], vec![]).await?;
    ensure_eq("a put over the old version", &f.put(WriteMode::IfVersion(1), "w", json!("late")).await?, &false)?;
    ensure_eq("a put over the commit", &f.put(WriteMode::IfVersion(2), "w", json!("put again")).await?, &true)?;
    f.handled(2, vec![create("x")], vec![]).await?;
    ensure_eq("a put of what was committed", &f.put(WriteMode::Create, "x", json!("put")).await?, &false)?;
    ensure_eq("the document", &f.stored("w").await?, &(3, json!("put again")))
}

async fn a_put_takes_the_expired_as_absent(f: &Fixture) -> Verdict {
    let mut mortal = write(WriteMode::Create, "w", json!("mortal"));
    mortal.document.expires_at = Some(f.time.now().plus(f.time.units(3)));
    ensure_eq("the put", &f.store.put(&mortal).await.said("put")?, &true)?;
    ensure_eq("a put before its time is over", &f.store.put(&mortal).await.said("put")?, &false)?;
    f.time.pass(f.time.units(4)).await;
    f.absent("w").await?;
    for (mode, holds) in [(WriteMode::IfVersion(1), false), (WriteMode::Check(1), false), (WriteMode::Check(0), true)] {
        let put = f.put(mode, "w", json!("x")).await?;
        ensure_eq(&format!("{mode:?} of an expired document"), &put, &holds)?;
    }
    ensure_eq("the put that creates", &f.put(WriteMode::Create, "w", json!("again")).await?, &true)?;
    ensure_eq("the document created anew", &f.stored("w").await?, &(1, json!("again")))
}

async fn of_two_puts_at_once_one_wins(f: &Fixture) -> Verdict {
    f.put(WriteMode::Create, "w", json!("old")).await?;
    let put = |body: &str| f.put(WriteMode::IfVersion(1), "w", json!(body));
    let won = future::join(put("a"), put("b")).await;
    let winner = match (won.0?, won.1?) {
        (true, false) => "a",
        (false, true) => "b",
        both => return Err(format!("{both:?} instead of one true and one false")),
    };
    ensure_eq("the document", &f.stored("w").await?, &(2, json!(winner)))
}

async fn a_put_has_the_limits_of_a_commit(f: &Fixture) -> Verdict {
    let body = |bytes: usize| Value::String("x".repeat(bytes - 2));
    let larger = write(WriteMode::Create, "w", body(128 * 1024 + 1));
    ensure_limit("a document of 128 KiB and one byte", f.store.put(&larger).await)?;
    let unnamed = create(&"x".repeat(1025));
    ensure_limit("an id of 1,025 bytes", f.store.put(&unnamed).await)?;
    f.absent("w").await?;
    ensure_eq("the put of 128 KiB", &f.put(WriteMode::Create, "w", body(128 * 1024)).await?, &true)
}
