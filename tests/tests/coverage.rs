//! The tables under `docs/coverage/` name files and tests that exist, and leave no section out.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The numbered sections of the ContentGen Agent Design Specification, version 0.2.
const CONTENT_GEN: [&str; 48] = [
    "1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "3.1", "3.1.1", "3.1.2", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3",
    "5.1", "5.2", "5.3", "5.4", "6", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "7.1", "7.2", "7.3", "7.4", "8.1",
    "8.2", "8.3", "8.4", "9.1", "9.2", "9.3", "10.1", "10.2", "10.3", "10.4", "11.1", "11.2", "11.3", "11.4", "12.1",
    "12.2",
];
/// Sections of the serverless blog pipeline's document.
const BLOG_PIPELINE: [&str; 35] = [
    "Goal",
    "Stack",
    "0.1",
    "0.2",
    "0.3",
    "0.4",
    "0.5",
    "1",
    "1.1",
    "1.2",
    "1.3",
    "1.4",
    "1.5",
    "1.6",
    "1.7",
    "2.1",
    "2.2",
    "2.3",
    "2.4",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "3.5",
    "4.1",
    "4.2",
    "4.3",
    "4.4",
    "4.5",
    "5.1",
    "5.2",
    "5.3",
    "5.4",
    "5.5",
    "Challenges",
];
const HEADER: [&str; 5] = ["Section", "What it asks", "Where it is fulfilled", "Test", "Note"];
/// What opens the note of a row that was decided against, or left open; a reason follows.
const REASONED: [&str; 2] = ["departure: ", "not done: "];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a root").to_owned()
}

/// A row of a table.
struct Row {
    /// `file:line`, for messages.
    at: String,
    section: String,
    asks: String,
    place: String,
    test: String,
    note: String,
}

fn rows(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).expect("UTF-8");
    let mut rows = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let Some(inner) = line.strip_prefix('|').and_then(|line| line.trim_end().strip_suffix('|')) else { continue };
        let cells: Vec<String> = inner.split('|').map(|cell| cell.trim().to_owned()).collect();
        let at = format!("{}:{number}", path.file_name().expect("a name").to_string_lossy());
        let ruler = cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':')));
        if ruler || cells == HEADER {
            continue;
        }
        let [section, asks, place, test, note] =
            cells.try_into().unwrap_or_else(|cells: Vec<String>| panic!("{at} has {} cells", cells.len()));
        rows.push(Row { at, section, asks, place, test, note });
    }
    rows
}

fn documents() -> BTreeMap<String, Vec<Row>> {
    let folder = fs::read_dir(root().join("docs/coverage")).expect("docs/coverage");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let documents: BTreeMap<String, Vec<Row>> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), rows(&path)))
        .collect();
    assert!(documents.contains_key("contentgen-agent-spec.md"));
    documents
}

/// What stands between backticks.
fn spans(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Whether a span names a file or folder of this repository: channels start with a slash, other spans with something else.
fn is_path(span: &str) -> bool {
    let first = span.split('/').next().unwrap_or_default();
    span.contains('/') && !span.contains(' ') && !first.is_empty() && root().join(first).is_dir()
}

fn named(cell: &str) -> Vec<&str> {
    spans(cell).into_iter().filter(|span| is_path(span) || root().join(span).is_file()).collect()
}

/// Where tests are written: Rust, pytest, Terraform.
const TESTS: [&str; 3] = [".rs", ".py", ".tftest.hcl"];

/// Whether `text`, the content of `file`, holds a test of this name.
fn has_test(file: &str, text: &str, name: &str) -> bool {
    match file {
        file if file.ends_with(".py") => text.lines().any(|line| line.starts_with(&format!("def {name}("))),
        file if file.ends_with(".hcl") => text.lines().any(|line| line.starts_with(&format!("run \"{name}\""))),
        _ => has_rust_test(text, name),
    }
}

fn has_rust_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let function = |line: &str| {
        line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split('(').next()) == Some(name)
    };
    lines.iter().enumerate().any(|(at, line)| {
        let above = lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
        function(line) && above.into_iter().any(|line| *line == "#[test]" || line.starts_with("#[tokio::test"))
    })
}

/// The tests of a cell: `path` + `name`, `name`; `path` + `name`. What holds no tests only has to exist.
fn tests(row: &Row) -> Vec<(&str, &str)> {
    let mut file = None;
    let mut tests = Vec::new();
    for span in spans(&row.test) {
        match file {
            _ if span.contains('/') => file = Some(span).filter(|span| TESTS.iter().any(|end| span.ends_with(end))),
            Some(file) => tests.push((file, span)),
            None => panic!("{}: {span} stands behind no file of tests", row.at),
        }
    }
    tests
}

#[test]
fn every_file_that_is_named_exists() {
    for row in documents().into_values().flatten() {
        for cell in [&row.place, &row.test] {
            for span in spans(cell) {
                assert!(!span.starts_with('/') && !span.split('/').any(|part| part == ".."), "{}: {span}", row.at);
                let looks_like_one = span.contains('/') || span.contains('.');
                assert!(!looks_like_one || root().join(span).is_file(), "{}: {span} does not exist", row.at);
            }
        }
        for path in named(&row.note) {
            assert!(root().join(path).exists(), "{}: {path} does not exist", row.at);
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let documents = documents();
    for row in documents.values().flatten() {
        for (file, name) in tests(row) {
            let text = files.entry(file).or_insert_with(|| fs::read_to_string(root().join(file)).unwrap_or_default());
            assert!(has_test(file, text, name), "{}: {file} has no test {name}", row.at);
        }
    }
    assert!(files.len() > 20, "the tables name tests of only {} files", files.len());
}

#[test]
fn every_row_is_fulfilled_or_has_a_reason() {
    for row in documents().into_values().flatten() {
        assert!(!row.asks.is_empty(), "{}: nothing is asked", row.at);
        let reasoned = REASONED.iter().find_map(|opening| row.note.strip_prefix(opening));
        let fulfilled = !named(&row.place).is_empty() && !tests(&row).is_empty();
        match reasoned {
            Some(reason) => assert!(reason.len() >= 10, "{}: no reason", row.at),
            None => assert!(fulfilled, "{}: neither fulfilled nor decided against", row.at),
        }
    }
}

#[test]
fn every_section_has_a_row_and_no_row_is_of_another() {
    let documents = documents();
    for (name, sections) in
        [("contentgen-agent-spec.md", &CONTENT_GEN[..]), ("serverless-blog-pipeline.md", &BLOG_PIPELINE[..])]
    {
        let known: BTreeSet<&str> = sections.iter().copied().collect();
        let seen: BTreeSet<&str> = documents[name].iter().map(|row| row.section.as_str()).collect();
        assert_eq!(known.difference(&seen).collect::<Vec<_>>(), [&""; 0], "{name}: sections without a row");
        assert_eq!(seen.difference(&known).collect::<Vec<_>>(), [&""; 0], "{name}: rows of sections that are none");
    }
}

#[test]
fn a_test_that_is_none_is_noticed() {
    let text = "#[test]\nfn one() {}\n\nfn helper() {}\n\n#[tokio::test]\n// why\nasync fn two() {}\n";
    let has = |name| has_test("a.rs", text, name);
    assert!(has("one") && has("two") && !has("helper") && !has("on") && !has("three"));
    assert!(has_test("a.py", "def test_one(mesh):\n", "test_one") && !has_test("a.py", "def test_one(", "test_on"));
    assert!(has_test("a.tftest.hcl", "run \"one\" {\n", "one") && !has_test("a.tftest.hcl", "run \"one\" {", "on"));
}
