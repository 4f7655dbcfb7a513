//! What is kept under `fuzz/`.
#![allow(dead_code, reason = "each test uses its part")]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Names of the entries of a folder, sorted; none when it is not there.
pub(crate) fn names(folder: impl AsRef<Path>) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// The inputs of a target, each with its path.
pub(crate) fn files(folder: &str, target: &str) -> Vec<(String, Vec<u8>)> {
    let below = Path::new(folder).join(target);
    let read = |name: String| {
        let path = below.join(name);
        let bytes = fs::read(root().join(&path)).expect("an input");
        (path.display().to_string(), bytes)
    };
    names(&below).into_iter().map(read).collect()
}

/// The words of a target's dictionary.
pub(crate) fn words(target: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(root().join(format!("dictionaries/{target}.dict"))).expect("a dictionary");
    let quoted = |line: &str| Some(line.trim().strip_prefix('"')?.strip_suffix('"')?.to_owned());
    text.lines().filter_map(quoted).map(|word| unescaped(&word)).collect()
}

/// A word as libFuzzer reads it: `\\`, `\"` and `\xNN`.
fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word;
    while let Some(at) = rest.find('\\') {
        bytes.extend(&rest.as_bytes()[..at]);
        let hex = rest[at..].strip_prefix("\\x").map(|hex| &hex[..2]);
        bytes.push(hex.map_or(rest.as_bytes()[at + 1], |hex| u8::from_str_radix(hex, 16).expect("two hex digits")));
        rest = &rest[at + hex.map_or(2, |_| 4)..];
    }
    bytes.extend(rest.as_bytes());
    bytes
}
