//! A case as its file has it.

use std::{fs, path::Path, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::server::Answer;

/// One file of `tests/fixtures`.
pub(crate) struct Case {
    pub(crate) name: String,
    whole: Value,
}

impl Case {
    /// All cases of a folder.
    pub(crate) fn all(folder: &str) -> Vec<Self> {
        // From the folder of any adapter's crate.
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/tests/fixtures").join(folder);
        let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let read = |path: std::path::PathBuf| Self {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            whole: serde_json::from_slice(&fs::read(&path).unwrap()).unwrap(),
        };
        files.map(read).collect()
    }

    pub(crate) fn of(folder: &str, name: &str) -> Self {
        Self::all(folder).into_iter().find(|case| case.name == name).unwrap()
    }

    /// The answers, in their order.
    pub(crate) fn script(&self, elsewhere: &str) -> Vec<Answer> {
        let more = self.whole.get("then").and_then(Value::as_array);
        std::iter::once(&self.whole).chain(more.into_iter().flatten()).map(|one| answer(one, elsewhere)).collect()
    }

    pub(crate) fn ask(&self, field: &str) -> Option<&Value> {
        self.whole.get("ask")?.get(field)
    }

    pub(crate) fn expect(&self, field: &str) -> Option<&Value> {
        self.whole["expect"].get(field)
    }

    /// The names of what is expected.
    pub(crate) fn expected(&self) -> impl Iterator<Item = &String> {
        self.whole["expect"].as_object().unwrap().keys()
    }
}

fn answer(one: &Value, elsewhere: &str) -> Answer {
    let status = u16::try_from(one["status"].as_u64().unwrap()).unwrap();
    let mut answer = Answer::new(status, body(one));
    for (name, value) in one["headers"].as_object().unwrap() {
        answer = answer.header(name, &value.as_str().unwrap().replace("{elsewhere}", elsewhere));
    }
    let time = |field: &str| Duration::from_millis(one.get(field).and_then(Value::as_u64).unwrap_or(0));
    answer.after(time("delay_ms")).body_after(time("body_delay_ms"))
}

fn body(one: &Value) -> Vec<u8> {
    if let Some(body) = one.get("body") {
        return body.to_string().into_bytes();
    }
    if let Some(text) = one.get("body_text").and_then(Value::as_str) {
        return text.as_bytes().to_vec();
    }
    if let Some(bytes) = one.get("body_base64").and_then(Value::as_str) {
        return STANDARD.decode(bytes).unwrap();
    }
    let blanks = one.get("body_blanks").and_then(Value::as_u64);
    vec![b' '; usize::try_from(blanks.unwrap_or_else(|| panic!("an answer without a body: {one}"))).unwrap()]
}
