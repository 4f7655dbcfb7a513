//! Keys and uris: what is a key, how keys are listed, whose a uri is.

use mesh_core::ports::{BlobsExt, PutCondition, one_chunk};

use super::fixture::{Fixture, TEXT};
use crate::suite::{Case, Said, Verdict, case, ensure, ensure_eq};

pub(super) fn cases() -> Vec<Case<Fixture>> {
    vec![
        case!(list_is_by_prefix_in_order, "list answers the keys that start with the prefix, in byte order"),
        case!(list_goes_on_after_a_key, "list answers up to `limit` keys after the key `after`, itself not included"),
        case!(keys_are_plain_text, "keys are compared letter by letter: no wildcards, no folding of case, no folders"),
        case!(unusual_keys_are_stored, "keys with spaces, signs and letters of any script are stored and found by uri"),
        case!(the_longest_key_is_stored, "a key of 1,024 bytes is stored, in one segment or many"),
        case!(invalid_keys_are_refused, "keys that are empty, absolute, too long or have odd segments are refused"),
        case!(uris_lead_back, "the key of a key's uri is the key"),
        case!(foreign_uris_are_none, "the key of another store's uri, or of no uri, is None"),
    ]
}

async fn keys(f: &Fixture, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, String> {
    let listed = f.blobs.list(prefix, after, limit).await.said("list")?;
    Ok(listed.into_iter().map(|meta| meta.key).collect())
}

async fn expect(f: &Fixture, prefix: &str, after: Option<&str>, limit: usize, expected: &[&str]) -> Verdict {
    let what = format!("list of {prefix:?} after {after:?}, at most {limit}");
    let expected: Vec<String> = expected.iter().map(|key| (*key).to_owned()).collect();
    ensure_eq(&what, &keys(f, prefix, after, limit).await?, &expected)
}

async fn list_is_by_prefix_in_order(f: &Fixture) -> Verdict {
    for key in ["b/1", "a/2", "a/10", "a.md", "a/1", "ab", "\u{10348}", "\u{ff61}"] {
        f.stored(key, key).await?;
    }
    expect(f, "", None, 100, &["a.md", "a/1", "a/10", "a/2", "ab", "b/1", "\u{ff61}", "\u{10348}"]).await?;
    expect(f, "a/", None, 100, &["a/1", "a/10", "a/2"]).await?;
    expect(f, "a", None, 100, &["a.md", "a/1", "a/10", "a/2", "ab"]).await?;
    expect(f, "a/1", None, 100, &["a/1", "a/10"]).await?;
    expect(f, "c", None, 100, &[]).await
}

async fn list_goes_on_after_a_key(f: &Fixture) -> Verdict {
    for key in ["a/1", "a/2", "a/3", "a/4", "b/1"] {
        f.stored(key, key).await?;
    }
    expect(f, "a/", None, 2, &["a/1", "a/2"]).await?;
    expect(f, "a/", Some("a/2"), 2, &["a/3", "a/4"]).await?;
    expect(f, "a/", Some("a/4"), 2, &[]).await?;
    expect(f, "a/", Some("a/15"), 1, &["a/2"]).await?;
    expect(f, "a/", Some("A"), 1, &["a/1"]).await?;
    expect(f, "a/", Some("b"), 5, &[]).await
}

async fn keys_are_plain_text(f: &Fixture) -> Verdict {
    for key in ["a_b/x", "aXb/x", "A_B/x", "a%b/x", "a", "a/b", "a/b/c", "a?b", "a*b", "a[b]"] {
        f.stored(key, key).await?;
    }
    expect(f, "a_b", None, 100, &["a_b/x"]).await?;
    expect(f, "A", None, 100, &["A_B/x"]).await?;
    expect(f, "a%", None, 100, &["a%b/x"]).await?;
    expect(f, "a*", None, 100, &["a*b"]).await?;
    expect(f, "a[", None, 100, &["a[b]"]).await?;
    for key in ["a", "a/b", "a/b/c", "aXb/x", "A_B/x"] {
        f.holds(key, key).await?;
    }
    Ok(())
}

const UNUSUAL: [&str; 10] = [
    "with space/and space",
    "joins/1#2",
    "per%20cent/%2e%2e/x",
    "a?b=c&d",
    "a+b",
    "na\u{ef}ve/\u{1F980}.md",
    "colon:semi;comma,",
    "...",
    ".hidden/x",
    "back\\slash",
];

async fn unusual_keys_are_stored(f: &Fixture) -> Verdict {
    for key in UNUSUAL {
        f.stored(key, key).await?;
    }
    for key in UNUSUAL {
        f.holds(key, key).await?;
        ensure_eq("the key of the uri", &f.blobs.key_of(&f.blobs.uri(key)), &Some(key.to_owned()))?;
    }
    let mut sorted = UNUSUAL;
    sorted.sort_unstable();
    expect(f, "", None, 100, &sorted).await
}

async fn the_longest_key_is_stored(f: &Fixture) -> Verdict {
    let many = format!("{}{}", "123456789/".repeat(102), "1234");
    for key in [many, "x".repeat(1024), "\u{e9}".repeat(512)] {
        f.stored(&key, "long").await?;
        f.holds(&key, "long").await?;
        ensure_eq("the key of the uri", &f.blobs.key_of(&f.blobs.uri(&key)), &Some(key.clone()))?;
    }
    Ok(())
}

async fn invalid_keys_are_refused(f: &Fixture) -> Verdict {
    let too_long = "x".repeat(1025);
    let two_byte = "\u{e9}".repeat(513);
    let invalid = ["", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/./b", "a/../b", "a/..", "a/."];
    for key in invalid.into_iter().chain([too_long.as_str(), two_byte.as_str()]) {
        let body = one_chunk(bytes::Bytes::from_static(b"x"));
        match f.blobs.put(key, body, TEXT, PutCondition::Any).await {
            Ok(answer) => return Err(format!("put of {key:?}: {answer:?}")),
            Err(error) => ensure!(!error.is_transient(), "put of {key:?} may succeed later, it says: {error}"),
        }
        ensure!(!matches!(f.blobs.head(key).await, Ok(Some(_))), "head of {key:?} answers an object");
        ensure!(!matches!(f.blobs.get_bytes(key, 10).await, Ok(Some(_))), "get of {key:?} answers an object");
    }
    expect(f, "", None, 10, &[]).await
}

async fn uris_lead_back(f: &Fixture) -> Verdict {
    for key in UNUSUAL.into_iter().chain(["drafts/a.md", "a", "a/b/c.r2.md"]) {
        let uri = f.blobs.uri(key);
        ensure!(uri.contains("://"), "the uri of {key:?} is no uri: {uri}");
        ensure_eq(&format!("the key of {uri}"), &f.blobs.key_of(&uri), &Some(key.to_owned()))?;
    }
    Ok(())
}

async fn foreign_uris_are_none(f: &Fixture) -> Verdict {
    let own = f.blobs.uri("a/b");
    let stem = own.strip_suffix("a/b").unwrap_or(&own);
    let foreign = [
        "s3://somebody-elses-bucket/drafts/a.md",
        "https://example.com/drafts/a.md",
        "file:///etc/passwd",
        "drafts/a.md",
        "",
    ];
    let odd = ["../b", "a/../../b", "/etc/passwd", ""].map(|tail| format!("{stem}{tail}"));
    let near = [stem.trim_end_matches('/').to_owned(), format!("{}-2/a/b", stem.trim_end_matches('/'))];
    let foreign = foreign.map(str::to_owned).into_iter().chain(odd).chain(near).chain(f.foreign_uris.clone());
    for uri in foreign {
        ensure_eq(&format!("the key of {uri:?}"), &f.blobs.key_of(&uri), &None)?;
    }
    Ok(())
}
