//! Every error code that the sources emit has its page, and every page is of a code that is emitted.

#![allow(clippy::expect_used)] // these are tests, though not all in functions marked so

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use mesh_contracts::error_pages::{CODES, page};
use serde_json::Value;

/// Codes with a page that nothing emits yet, each with the reason why the page is there.
const RESERVED: &[(&str, &str)] = &[];

/// What stands in front of a code where it is emitted.
const EMITTERS: [&str; 9] = [
    "::fail(",
    "::reject(",
    "code: ",
    "fault(",
    "Err(broken(",
    "SetBack(",
    "Suspended(",
    "self.suspend(&attempt, ",
    "self.suspend(attempt, ",
];

const HEADINGS: [&str; 3] = ["## Cause", "## What happens to the message", "## What to do"];

#[test]
fn every_emitted_code_has_a_page() {
    let without: Vec<(String, String)> = emitted().into_iter().filter(|(code, _)| page(code).is_none()).collect();
    assert!(without.is_empty(), "write contracts/errors/<CODE>.md and list it in error_pages.rs: {without:?}");
}

#[test]
fn every_page_is_of_a_code_that_is_emitted() {
    let emitted = emitted();
    for (code, _) in CODES {
        let reserved = RESERVED.iter().any(|(name, _)| name == code);
        assert_ne!(emitted.contains_key(*code), reserved, "{code}: emitted or reserved, and not both");
    }
}

#[test]
fn every_page_is_listed_in_order() {
    let files = support::listed(&support::files::folder().join("errors"), "");
    let codes: Vec<String> = CODES.iter().map(|(code, _)| format!("{code}.md")).collect();
    assert_eq!(files, codes);
    assert_eq!(page("NO_SUCH_CODE"), None);
}

#[test]
fn every_page_has_its_parts() {
    for (code, text) in CODES {
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("# {code}"));
        let sentence = lines[2];
        assert!(lines[1].is_empty() && sentence.ends_with('.') && lines[3].is_empty(), "{code}: one sentence first");
        let headings: Vec<&str> = lines.iter().copied().filter(|line| line.starts_with("##")).collect();
        assert_eq!(headings, HEADINGS, "{code}");
        for part in text.split("\n## ").skip(1) {
            assert!(part.split_once("\n\n").is_some_and(|(_, body)| body.trim().len() > 40), "{code}: {part}");
        }
        assert!(lines.iter().all(|line| line.chars().count() <= 140), "{code}: a line is too long");
    }
}

#[test]
fn the_codes_of_the_examples_have_pages() {
    for spec in support::specs() {
        for (name, body) in support::examples(spec.contract) {
            for code in codes_in(&body) {
                assert!(page(code).is_some(), "{code} of {}/{name} has no page", spec.contract);
            }
        }
    }
}

/// Every code a body names, however deep.
fn codes_in(body: &Value) -> Vec<&str> {
    match body {
        Value::Object(members) => {
            let own = members.iter().filter(|(key, _)| ["code", "status_code"].contains(&key.as_str()));
            let own = own.filter_map(|(_, code)| code.as_str());
            own.chain(members.values().flat_map(codes_in)).collect()
        }
        Value::Array(items) => items.iter().flat_map(codes_in).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn codes_are_found_where_they_are_emitted_and_nowhere_else() {
    let source = r#"
        AgentError::reject("A_REJECT", "NOT_THIS", vec![]);
        return Err(AgentError::fail(
            "B_FAIL", kind, text));
        Setback { code: "C_CODE", message };
        match kind { Kind::X => "D_ARM", Kind::Y => "PLAIN" }
        const NAME: &str = "E_CONSTANT";
        let text = format!("{} F_TEXT", "G_ARGUMENT");
        #[cfg(test)]
        mod tests { AgentError::fail("H_TEST") }
    "#;
    assert!(codes(source).iter().eq(["A_REJECT", "B_FAIL", "C_CODE", "D_ARM"]), "{:?}", codes(source));
}

/// Every code the sources emit, with a file that does.
fn emitted() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in ["shared", "agents", "cli"] {
        scan(&support::root().join(folder), &mut found);
    }
    found
}

/// Reads what is compiled into the mesh: `src` folders, without tests and without the testkit.
fn scan(path: &Path, found: &mut BTreeMap<String, String>) {
    const SKIPPED: [&str; 6] = ["tests", "examples", "testkit", "target", "fixtures", "snapshots"];
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.is_dir() {
        if !SKIPPED.contains(&&*name) {
            fs::read_dir(path).expect("a folder").for_each(|entry| scan(&entry.expect("an entry").path(), found));
        }
    } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
        let file = path.strip_prefix(support::root()).expect("below the root").display().to_string();
        found.extend(codes(&support::text(path)).into_iter().map(|code| (code, file.clone())));
    }
}

/// The codes a source emits, in the order of the alphabet.
fn codes(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let parts: Vec<&str> = source.split('"').collect();
    let neighbours = parts.iter().zip(parts.iter().skip(1));
    neighbours
        .filter(|(before, text)| is_code(text) && emits(before, text))
        .map(|(_, text)| (*text).to_owned())
        .collect()
}

fn is_code(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.len() > 2 && text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().all(allowed)
}

/// Whether what stands before a literal emits it. A match arm does when the literal has two words at least.
fn emits(before: &str, text: &str) -> bool {
    let before = before.split_whitespace().collect::<Vec<&str>>().join(" ");
    let called = |emitter: &str| before.ends_with(emitter.trim_end());
    EMITTERS.iter().any(|emitter| called(emitter)) || (text.contains('_') && before.ends_with("=>"))
}
