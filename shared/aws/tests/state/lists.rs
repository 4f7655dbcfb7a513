//! Lists within one partition say the same as lists over the table.

use std::time::Duration;

use mesh_core::ports::{Clock, IdRange, StateStore, WriteMode};

use crate::bench::{Bench, KIND, write};

async fn list(bench: &Bench, from: &str, to: &str, limit: usize) -> (Vec<String>, String) {
    let range = IdRange { from: Some(from.to_owned()), to: Some(to.to_owned()) };
    bench.calls();
    let found = bench.store.list(KIND, &range, limit).await.expect("list");
    let operation = bench.calls().pop().unwrap_or_default();
    (found.into_iter().map(|document| document.key.id).collect(), operation)
}

#[tokio::test]
async fn one_sites_documents_are_one_query() {
    let bench = Bench::new().await;
    let ids = ["other/a", "site", "site/1", "site/2", "site/2/x", "site/3", "site0", "site0/1"];
    let mut writes: Vec<_> = ids.iter().map(|id| write(WriteMode::Create, id)).collect();
    writes[2].document.expires_at = Some(bench.clock.now().plus(Duration::from_secs(1)));
    bench.handled(1, writes, vec![]).await;
    bench.clock.advance(Duration::from_secs(2));
    let cases: [(&str, &str, usize, &[&str]); 5] = [
        ("site/", "site0", 10, &["site/2", "site/2/x", "site/3"]),
        ("site/", "site0", 1, &["site/2"]),
        ("site/2", "site/3", 10, &["site/2", "site/2/x"]),
        ("site/2/", "site/2/x", 10, &[]),
        ("nobody/", "nobody0", 10, &[]),
    ];
    for (from, to, limit, expected) in cases {
        let (found, operation) = list(&bench, from, to, limit).await;
        assert_eq!((found, operation.as_str()), (expected.iter().map(|id| (*id).to_owned()).collect(), "Query"));
    }
    let (found, operation) = list(&bench, "site", "site0/", 10).await;
    assert_eq!((found.len(), operation.as_str()), (5, "Scan"), "{found:?}");
    assert_eq!(list(&bench, "site/3", "site/2", 10).await, (vec![], String::new()));
}

#[tokio::test]
async fn a_list_longer_than_an_answer_of_the_service_is_whole() {
    let bench = Bench::new().await;
    let text = "x".repeat(100 * 1_024);
    for n in 0..7_u128 {
        let writes = (0..2).map(|half| {
            let mut large = write(WriteMode::Create, &format!("site/{n}{half}"));
            large.document.body = text.clone().into();
            large
        });
        bench.handled(n, writes.collect(), vec![]).await;
    }
    let (within, _) = list(&bench, "site/", "site0", 100).await;
    let (over, operation) = list(&bench, "site", "site0", 100).await;
    assert_eq!((within.len(), operation.as_str()), (14, "Scan"));
    assert_eq!(within, over);
}
