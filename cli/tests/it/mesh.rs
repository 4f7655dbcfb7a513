//! A folder with a mesh, and commands on it.

use std::{path::Path, process::Output};

use assert_cmd::Command;
use tempfile::TempDir;

/// What varies, and what is written instead.
const VARIES: &[(&str, &str)] = &[
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]"),
    (r"[0-9a-f]{32}-[0-9a-f]{16}", "[trace]"),
    (r"-[0-9a-f]{8}/", "-[id]/"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
    (r" *\d+\.\d+ s\b", " [took]"),
    (r#"(took_ms"?: )\d+"#, "$1[took]"),
    (r"(/[^\s`]*)?/(debug|release)/mesh\b", "mesh"),
    (r"(/[^\s`/]+)+/\.mesh\b", "[home]"),
    (r"(?m) +$", ""),
];

/// A folder of its own.
pub(crate) struct Folder(TempDir);

/// What a command answered.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program in this folder, with an empty environment.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("mesh"));
        command.current_dir(self.path()).env_clear().args(words).timeout(std::time::Duration::from_secs(60));
        command
    }

    /// Runs it.
    pub(crate) fn run(&self, words: &[&str]) -> Answer {
        answer(self.command(words).output().expect("it runs"))
    }

    /// Runs it with these variables.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)], words: &[&str]) -> Answer {
        answer(self.command(words).envs(variables.iter().copied()).output().expect("it runs"))
    }

    /// Runs it with this on standard input.
    pub(crate) fn pipe(&self, input: &str, words: &[&str]) -> Answer {
        answer(self.command(words).write_stdin(input).output().expect("it runs"))
    }

    /// Runs it and reads its JSON.
    pub(crate) fn json(&self, words: &[&str]) -> serde_json::Value {
        let answer = self.run(words);
        serde_json::from_str(&answer.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", answer.stdout, answer.stderr))
    }
}

pub(crate) fn answer(output: Output) -> Answer {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Answer { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// Compares with the stored snapshot, without what varies.
pub(crate) fn check(name: &str, text: impl ToString) {
    insta::with_settings!({ filters => VARIES.to_vec(), prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name.trim().replace(' ', "-"), text.to_string());
    });
}
