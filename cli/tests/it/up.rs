//! Two processes on one mesh.

#![cfg(unix)]

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::mesh::{Folder, answer};

/// A running mesh. Its stdout stays open, as a terminal would.
struct Up(Option<Child>, #[allow(dead_code, reason = "held open")] BufReader<ChildStdout>);

impl Up {
    fn start(folder: &Folder, variables: &[(&str, &str)], words: &[&str]) -> (Self, String) {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("mesh"));
        command.arg("up").args(words).current_dir(folder.path()).env_clear().envs(variables.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a start line");
        (Self(Some(child), stdout), line)
    }

    fn stop(mut self, signal: &str) -> crate::mesh::Answer {
        let child = self.0.take().expect("it runs");
        let kill = Command::new("kill").arg(signal).arg(child.id().to_string()).status();
        assert!(kill.expect("kill").success());
        answer(child.wait_with_output().expect("it ends"))
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

#[test]
fn a_request_from_another_terminal_is_followed_to_its_end() {
    let folder = Folder::new();
    let secret = [("OPENAI_API_KEY", "sk-very-secret"), ("MESH_TEXT_MODEL", "offline")];
    let (up, line) = Up::start(&folder, &secret, &[]);
    assert!(
        line.starts_with("mesh ") && line.contains("home .mesh, model offline/text-v1, agents content-gen"),
        "{line}"
    );
    assert!(!line.contains("secret"), "{line}");
    let words = ["request", "--topic", "Grids", "--words", "300", "--request-id", "r-1", "--wait", "--timeout", "30"];
    let answer = folder.run(&words);
    assert_eq!(answer.code, 0, "{answer}");
    assert!(answer.stderr.contains("The run ended with ContentPublished."), "{answer}");
    let again = folder.run(&words);
    assert_eq!((again.code, &again.stdout), (0, &answer.stdout), "the same id is the same request");
    assert_eq!(folder.json(&["show", "r-1", "--json"])["end"]["event_type"], "ContentPublished");
    let echo = folder.pipe(r#"{"message": "hi"}"#, &["request", "--type", "EchoRequested", "-", "--wait", "--json"]);
    let echo: serde_json::Value = serde_json::from_str(&echo.stdout).expect("JSON");
    assert_eq!((&echo["outcome"], &echo["content_id"]), (&"Echoed".into(), &serde_json::Value::Null));
    let reused = folder.run(&["request", "--topic", "Grids", "--words", "301", "--request-id", "r-1"]);
    assert_eq!(reused.code, 2);
    assert!(reused.stderr.contains("IDEMPOTENCY_KEY_REUSED"), "{reused}");
    let stopped = up.stop("-TERM");
    assert_eq!(stopped.code, 0, "{stopped}");
    assert!(stopped.stderr.ends_with("Stopped.\n"), "{stopped}");
}

#[test]
fn what_is_sent_while_nothing_runs_waits() {
    let folder = Folder::new();
    let sent = folder.json(&["request", "--topic", "Grids", "--words", "300", "--json"]);
    let waited = folder.run(&["request", "--topic", "Tides", "--words", "300", "--wait", "--timeout", "1"]);
    assert_eq!(waited.code, 1, "{waited}");
    assert!(waited.stderr.contains("has not ended yet"), "{waited}");
    let (up, line) = Up::start(&folder, &[], &["--json"]);
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(line["home"], ".mesh");
    let id = sent["content_id"].as_str().expect("an id");
    let done = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        folder.json(&["show", id, "--json"])["record"]["status"] == "published"
    });
    assert!(done, "it is published in the end");
    assert_eq!(up.stop("-INT").code, 0);
}
