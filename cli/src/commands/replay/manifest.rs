//! The manifest of a replay: what was planned, frozen. A digest makes sure that it is what is applied.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use mesh_core::{Timestamp, ids, runner::Predicted};
use serde::{Deserialize, Serialize};

use super::entry::Entry;
use crate::{
    app::App,
    mesh::{Mesh, Place},
};

/// The form of manifests that is written and read here.
const VERSION: u32 = 1;

/// What is to be replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayManifest {
    /// The form of this file.
    version: u32,
    /// SHA-256 of the rest.
    pub(crate) digest: String,
    /// When it was planned.
    pub(crate) created_at: String,
    /// The mesh it was planned for.
    deployment: String,
    /// The messages; their numbers count from 1.
    pub(crate) entries: Vec<Entry>,
}

/// Messages that are there for the same reason, and of which the same will come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Group {
    /// `agent/CODE/predicted`.
    pub(crate) name: String,
    /// The agent.
    pub(crate) agent: String,
    /// Why they are there.
    pub(crate) code: Option<String>,
    /// What a replay comes to.
    pub(crate) predicted: Predicted,
    /// How many.
    pub(crate) entries: usize,
}

impl ReplayManifest {
    /// The manifest of these messages. Of two copies of one event the first is handled, and the second is then done.
    pub(crate) fn new(mut entries: Vec<Entry>, deployment: String, now: Timestamp) -> Self {
        let mut first = std::collections::BTreeSet::new();
        for entry in &mut entries {
            let again = !first.insert((entry.agent.clone(), entry.event_id));
            if again && entry.predicted == Predicted::WillComplete {
                entry.predicted = Predicted::AlreadyComplete;
            }
        }
        let digest = String::new();
        let mut manifest = Self { version: VERSION, digest, created_at: now.rfc3339(), deployment, entries };
        manifest.digest = manifest.digest_of_rest();
        manifest
    }

    fn digest_of_rest(&self) -> String {
        let rest = Self { digest: String::new(), ..self.clone() };
        // No map with keys that are no texts is in it, so it can always be written.
        ids::sha256_hex(serde_json::to_string(&rest).unwrap_or_default().as_bytes())
    }

    /// Writes it to a file that is not there yet.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let name = file.display();
        let mut open = File::create_new(file).with_context(|| {
            format!("cannot write {name}; a manifest is never written over, so choose a file that is not there")
        })?;
        let text = serde_json::to_string_pretty(self)? + "\n";
        open.write_all(text.as_bytes()).and_then(|()| open.sync_all()).with_context(|| format!("cannot write {name}"))
    }

    /// Reads one that was planned for this mesh, and not changed since.
    pub(crate) fn read(file: &Path, mesh: &Mesh, app: &App) -> anyhow::Result<Self> {
        let name = file.display();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        let manifest: Self =
            serde_json::from_str(&text).with_context(|| format!("{name} is no manifest of a replay"))?;
        manifest.check(&deployment(mesh, app)).with_context(|| format!("{name} is refused"))?;
        Ok(manifest)
    }

    fn check(&self, deployment: &str) -> anyhow::Result<()> {
        if self.version != VERSION {
            bail!("its version is {}, and this program reads {VERSION}", self.version);
        }
        if self.digest != self.digest_of_rest() {
            bail!("its digest is not that of its content: somebody changed it; plan again");
        }
        if self.deployment != deployment {
            bail!("it was planned for {}, and this is {deployment}", self.deployment);
        }
        Ok(())
    }

    /// Every entry with its number.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &Entry)> {
        (1..).zip(&self.entries)
    }

    /// The groups, by name.
    pub(crate) fn groups(&self) -> Vec<Group> {
        groups(&self.entries)
    }

    /// When it was planned.
    pub(crate) fn created(&self) -> Timestamp {
        Timestamp::parse(&self.created_at).unwrap_or_default()
    }
}

/// The name of an entry's group.
pub(crate) fn group_of(entry: &Entry) -> String {
    format!("{}/{}/{}", entry.agent, entry.code.as_deref().unwrap_or("-"), entry.predicted)
}

/// Entries counted by cause and prediction.
pub(crate) fn groups<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for entry in entries {
        let name = group_of(entry);
        let (agent, code, predicted) = (entry.agent.clone(), entry.code.clone(), entry.predicted);
        let group = groups.entry(name.clone()).or_insert(Group { name, agent, code, predicted, entries: 0 });
        group.entries += 1;
    }
    groups.into_values().collect()
}

/// The mesh that is meant, as manifests name it.
pub(crate) fn deployment(mesh: &Mesh, app: &App) -> String {
    match &mesh.place {
        Place::Folder(_) => {
            let home = fs::canonicalize(&app.home).unwrap_or_else(|_| PathBuf::from(&app.home));
            format!("the mesh in {}", home.display())
        }
        #[cfg(feature = "aws")]
        Place::Aws(deployment) => {
            let names = &deployment.names;
            format!("the deployment {} in account {}, region {}", names.prefix, names.account, names.region)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::entry::testing::entry, *};

    fn manifest() -> ReplayManifest {
        let entries = vec![
            entry(7, "MODEL_TIMEOUT", Predicted::WillComplete),
            entry(8, "MODEL_TIMEOUT", Predicted::WillComplete),
            entry(9, "MODEL_AUTH", Predicted::AlreadyComplete),
            entry(7, "MODEL_TIMEOUT", Predicted::WillComplete),
        ];
        ReplayManifest::new(entries, "here".into(), Timestamp(1000))
    }

    #[test]
    fn entries_are_counted_by_cause_and_prediction_and_a_second_copy_is_done_by_then() {
        let groups = manifest().groups();
        let counts: Vec<_> = groups.iter().map(|group| (group.name.as_str(), group.entries)).collect();
        let expected = [
            ("echo/MODEL_AUTH/already_complete", 1),
            ("echo/MODEL_TIMEOUT/already_complete", 1),
            ("echo/MODEL_TIMEOUT/will_complete", 2),
        ];
        assert_eq!(counts, expected);
    }

    #[test]
    fn what_was_changed_or_is_of_another_mesh_is_refused() {
        let manifest = manifest();
        assert!(manifest.check("here").is_ok());
        assert!(manifest.check("there").expect_err("elsewhere").to_string().contains("planned for here"));
        let mut changed = manifest.clone();
        changed.entries[1].event_id = uuid::Uuid::from_u128(10);
        assert!(changed.check("here").expect_err("changed").to_string().contains("digest"));
        assert!(ReplayManifest { version: 2, ..manifest }.check("here").is_err());
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("plan.json");
        manifest().write(&file).expect("written");
        let read: ReplayManifest = serde_json::from_str(&fs::read_to_string(&file).expect("read")).expect("JSON");
        assert_eq!(read, manifest());
        assert!(manifest().write(&file).is_err());
    }
}
