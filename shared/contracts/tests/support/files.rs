//! The files under `contracts/` that are generated, and those of them that are released. Shared with `examples/bless.rs`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use mesh_contracts::{EVENTS, EventSpec, RECORDS, schema};
use sha2::{Digest, Sha256};

/// Name of the list of released files, inside the folder.
pub(crate) const RELEASED: &str = "released.json";

/// Name of the list of channels, inside the folder.
pub(crate) const CHANNELS: &str = "channels.json";

/// File name to content, or to SHA-256.
pub(crate) type Files = BTreeMap<String, String>;

/// The folder of the published language.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts")
}

/// What the types say the files are.
pub(crate) fn generated() -> Files {
    let named = |folder: &str, spec: &EventSpec| (format!("{folder}{}.json", spec.contract), schema::file(spec));
    let events = EVENTS.iter().map(|spec| named("", spec));
    let channels = [(CHANNELS.to_owned(), channels())];
    events.chain(RECORDS.iter().map(|spec| named("records/", spec))).chain(channels).collect()
}

/// Which event travels on which channel by which contract, for what is not written in Rust (Terraform).
fn channels() -> String {
    let line = |spec: &EventSpec| {
        let (event, channel, contract) = (spec.event_type, spec.channel, spec.contract);
        format!(r#"  {{ "event": "{event}", "channel": "{channel}", "contract": "{contract}" }}"#)
    };
    let lines: Vec<String> = EVENTS.iter().map(line).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// The list of released files.
pub(crate) fn released() -> io::Result<Files> {
    Ok(serde_json::from_str(&fs::read_to_string(folder().join(RELEASED))?)?)
}

/// SHA-256 as hex digits.
pub(crate) fn digest(text: &str) -> String {
    mesh_contracts::Sha256Hex::from_digest(&Sha256::digest(text.as_bytes()).into()).to_string()
}

/// Why files must not be written: each released file that would change or vanish.
pub(crate) fn refusals(released: &Files, files: &Files) -> Vec<String> {
    let refusal = |(name, kept): (&String, &String)| match files.get(name) {
        Some(text) if digest(text) == *kept => None,
        Some(_) => Some(format!("{name} is released and may not change; give the change a new version")),
        None => Some(format!("{name} is released, but no type generates it any more")),
    };
    released.iter().filter_map(refusal).collect()
}
