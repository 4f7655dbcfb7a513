//! The audit log of a manifest: who did what with which entry, and what came of it. One line of JSON each, only ever
//! added to, in the file `<manifest>.audit.jsonl`. A run that goes on where another was killed goes on from here.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{decide::Action, entry::Entry, manifest::ReplayManifest};
use crate::{
    app::App,
    mesh::{Mesh, Place},
};

/// Variables that name whoever is logged in, on one system or another.
const WHO: [&str; 3] = ["USER", "LOGNAME", "USERNAME"];

/// How far an entry has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// It is about to be sent.
    Sending,
    /// It was taken.
    Sent,
    /// It was removed from where it lay.
    Removed,
    /// It was left alone.
    Left,
    /// It was not in its queue.
    Missing,
    /// It was not taken.
    Failed,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Removed => "sent and removed",
            Self::Left => "left",
            Self::Missing => "missing",
            Self::Failed => "failed",
        })
    }
}

impl Step {
    /// Whether it was taken where it was sent to.
    pub(crate) fn is_sent(self) -> bool {
        matches!(self, Self::Sent | Self::Removed)
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    at: String,
    who: String,
    manifest: String,
    entry: usize,
    agent: String,
    event_id: Uuid,
    action: Action,
    result: Step,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// How far each entry has come, by what was done with it.
pub(crate) type States = BTreeMap<(usize, Action), Step>;

/// An open audit log; one process at a time has it.
#[derive(Debug)]
pub(crate) struct Audit {
    file: Option<File>,
    who: String,
    digest: String,
    states: States,
}

impl Audit {
    /// The log of the manifest in this file, from its end.
    pub(crate) async fn open(manifest: &ReplayManifest, at: &Path, mesh: &Mesh, app: &App) -> anyhow::Result<Self> {
        let path = path_of(at);
        let open = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let mut file = open.with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("somebody applies this manifest now ({})", path.display()),
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the audit log"),
        }
        let mut text = String::new();
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.read_to_string(&mut text))
            .context("cannot read the audit log")?;
        if !text.is_empty() && !text.ends_with('\n') {
            // Whoever wrote the last line was killed over it.
            file.write_all(b"\n").context("cannot write the audit log")?;
        }
        let states = states(&text, &manifest.digest);
        Ok(Self { file: Some(file), who: who(mesh, app).await, digest: manifest.digest.clone(), states })
    }

    /// No log, for what has no manifest.
    pub(crate) fn none() -> Self {
        Self { file: None, who: String::new(), digest: String::new(), states: States::new() }
    }

    /// How far an entry has come.
    pub(crate) fn of(&self, number: usize, action: Action) -> Option<Step> {
        self.states.get(&(number, action)).copied()
    }

    /// How far all have come.
    pub(crate) fn states(&self) -> &States {
        &self.states
    }

    /// Adds a line; it is in the file when this returns, though a power cut may take it.
    pub(crate) fn note(
        &mut self,
        mesh: &Mesh,
        (number, entry): (usize, &Entry),
        action: Action,
        result: Step,
        note: Option<String>,
    ) -> anyhow::Result<()> {
        self.states.insert((number, action), result);
        let Some(file) = &mut self.file else { return Ok(()) };
        let line = Line {
            at: mesh.now().rfc3339(),
            who: self.who.clone(),
            manifest: self.digest.clone(),
            entry: number,
            agent: entry.agent.clone(),
            event_id: entry.event_id,
            action,
            result,
            note,
        };
        let line = serde_json::to_string(&line)? + "\n";
        file.write_all(line.as_bytes()).context("cannot write the audit log")
    }
}

/// What the log of a manifest tells, without opening it for writing.
pub(crate) fn read(manifest: &ReplayManifest, at: &Path) -> anyhow::Result<States> {
    let path = path_of(at);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(states(&text, &manifest.digest)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(States::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The file beside the manifest.
pub(crate) fn path_of(manifest: &Path) -> PathBuf {
    let mut name = manifest.as_os_str().to_owned();
    name.push(".audit.jsonl");
    name.into()
}

/// The last state of each entry of this manifest. What was sent stays sent, whatever came later. A line that was cut
/// off tells nothing.
fn states(text: &str, digest: &str) -> States {
    let mut states = States::new();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    for line in lines.filter(|line| line.manifest == digest) {
        let known = states.entry((line.entry, line.action)).or_insert(line.result);
        if !(known.is_sent() && matches!(line.result, Step::Left | Step::Missing)) {
            *known = line.result;
        }
    }
    states
}

async fn who(mesh: &Mesh, app: &App) -> String {
    let user = WHO.iter().find_map(|name| app.variable(name)).unwrap_or("unknown").to_owned();
    match &mesh.place {
        Place::Folder(_) => user,
        #[cfg(feature = "aws")]
        Place::Aws(deployment) => deployment.caller().await.unwrap_or(user),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(entry: usize, result: Step) -> String {
        let line = Line {
            at: String::new(),
            who: "me".into(),
            manifest: "d".into(),
            entry,
            agent: "echo".into(),
            event_id: Uuid::nil(),
            action: Action::Replay,
            result,
            note: None,
        };
        serde_json::to_string(&line).expect("JSON") + "\n"
    }

    #[test]
    fn the_last_line_of_an_entry_tells_and_what_was_sent_stays_sent() {
        let lines = [
            line(1, Step::Sending),
            line(2, Step::Sending),
            line(1, Step::Sent),
            line(3, Step::Failed),
            line(3, Step::Sending),
            line(1, Step::Missing),
        ];
        let text = lines.concat() + "{\"at\":\"cut of";
        let expected = [(1, Step::Sent), (2, Step::Sending), (3, Step::Sending)];
        assert_eq!(states(&text, "d"), expected.map(|(entry, step)| ((entry, Action::Replay), step)).into());
        assert_eq!(states(&text, "another"), States::new());
    }

    #[test]
    fn the_log_lies_beside_its_manifest() {
        assert_eq!(path_of(Path::new("a/plan.json")), PathBuf::from("a/plan.json.audit.jsonl"));
    }
}
