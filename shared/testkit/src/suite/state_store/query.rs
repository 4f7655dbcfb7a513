//! Queries: advisory answers by owner or index, newest first, page by page.

use std::collections::BTreeSet;

use mesh_core::ports::{DocKey, Query, QueryBy, Write, WriteMode};
use serde_json::json;

use super::{
    Fixture,
    steps::{GADGET, WIDGET, create, write},
};
use crate::suite::{Case, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(newest_first_by_sort, "a query answers the greatest `sort` first, which defaults to the id"),
        case!(owner_and_index_are_two_ways, "a query by owner ignores indexes, one by index ignores owners"),
        case!(pages_join_without_loss, "pages of `limit` joined by cursor hold every document once, in order"),
        case!(ties_are_kept, "documents of one `sort` are neither lost nor repeated between pages"),
        case!(a_moved_document_is_found_anew, "a document is found under the owner and sort of its last write only"),
    ]
}

async fn newest_first_by_sort(f: &Fixture) -> Verdict {
    let plain = |id: &str| owned(id, "site", None);
    let writes = vec![plain("m"), owned("z", "site", Some("1")), plain("k"), owned("a", "site", Some("9"))];
    f.handled(1, writes, vec![]).await?;
    eventually(f, owner("site"), 10, &["m", "k", "a", "z"]).await
}

async fn owner_and_index_are_two_ways(f: &Fixture) -> Verdict {
    let mut both = owned("b", "one", None);
    both.document.index = Some("two".to_owned());
    let mut indexed = create("i");
    indexed.document.index = Some("one".to_owned());
    let mut elsewhere = owned("g", "one", None);
    elsewhere.document.key = DocKey::new(GADGET, "g");
    f.handled(1, vec![owned("o", "one", None), both, indexed, elsewhere, create("n")], vec![]).await?;
    eventually(f, owner("one"), 10, &["o", "b"]).await?;
    eventually(f, QueryBy::Index("one".to_owned()), 10, &["i"]).await?;
    eventually(f, QueryBy::Index("two".to_owned()), 10, &["b"]).await?;
    eventually(f, owner("three"), 10, &[]).await
}

async fn pages_join_without_loss(f: &Fixture) -> Verdict {
    let ids = ["a", "b", "c", "d", "e", "f", "g"];
    f.handled(1, ids.iter().map(|id| owned(id, "site", None)).collect(), vec![]).await?;
    for limit in [1, 2, 3, 7, 8] {
        eventually(f, owner("site"), limit, &["g", "f", "e", "d", "c", "b", "a"]).await?;
    }
    Ok(())
}

async fn ties_are_kept(f: &Fixture) -> Verdict {
    let ids = ["a", "b", "c", "d", "e"];
    f.handled(1, ids.iter().map(|id| owned(id, "site", Some("same"))).collect(), vec![]).await?;
    let verdict = f.settling.until(
        || walk(f, owner("site"), 2),
        |found| {
            let found = found.clone()?;
            ensure_eq("the number of answers", &found.len(), &ids.len())?;
            let different: BTreeSet<&str> = found.iter().map(String::as_str).collect();
            ensure_eq("the documents", &different, &ids.into_iter().collect())
        },
    );
    verdict.await
}

async fn a_moved_document_is_found_anew(f: &Fixture) -> Verdict {
    f.handled(1, vec![owned("a", "old", Some("1")), owned("b", "new", Some("2"))], vec![]).await?;
    let mut moved = owned("a", "new", Some("3"));
    moved.mode = WriteMode::IfVersion(1);
    f.handled(2, vec![moved], vec![]).await?;
    eventually(f, owner("new"), 10, &["a", "b"]).await?;
    eventually(f, owner("old"), 10, &[]).await
}

fn owner(of: &str) -> QueryBy {
    QueryBy::Owner(of.to_owned())
}

fn owned(id: &str, owner: &str, sort: Option<&str>) -> Write {
    let mut made = write(WriteMode::Create, id, json!(id));
    made.document.owner = Some(owner.to_owned());
    made.document.sort = sort.map(str::to_owned);
    made
}

/// Insists that the query answers these ids, in pages of `limit`.
pub(super) async fn eventually(f: &Fixture, by: QueryBy, limit: usize, expected: &[&str]) -> Verdict {
    let what = format!("{by:?} in pages of {limit}");
    let expected: Vec<String> = expected.iter().map(|id| (*id).to_owned()).collect();
    f.settling.until(|| walk(f, by.clone(), limit), |found| ensure_eq(&what, &found.clone()?, &expected)).await
}

/// The ids of all pages.
async fn walk(f: &Fixture, by: QueryBy, limit: usize) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut query = Query { kind: WIDGET.to_owned(), by, limit, cursor: None };
    for _ in 0..20 {
        let page = f.store.query(&query).await.map_err(|error| format!("query failed: {error}"))?;
        ensure!(page.documents.len() <= limit, "a page of {limit} holds {} documents", page.documents.len());
        found.extend(page.documents.into_iter().map(|document| document.key.id));
        match page.cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return Ok(found),
        }
    }
    Err("the cursors never end".to_owned())
}
