//! Checks of the mesh in a folder.

use mesh_core::{Settings, ports::Depth};

use super::{Finding, Findings};
use crate::{
    app::App,
    mesh::{Mesh, Source},
};

/// Looks at settings, store and queues.
pub(super) async fn check(app: &App) -> anyhow::Result<Findings> {
    let mut findings = Findings::default();
    let settings = match app.settings(None) {
        Ok(settings) => {
            findings.looked(key(&settings, |name| app.secret(name).is_some()));
            settings
        }
        Err(error) => {
            let why = "no command of this mesh works until every setting can be read";
            findings.looked([Finding::error("settings", error.to_string(), why, "correct or unset the variable")]);
            return Ok(findings);
        }
    };
    if !app.home.join("mesh.db").exists() {
        let home = app.home.display().to_string();
        let mend = app.command(&["demo"]);
        findings.looked([Finding::note(&home, "there is no mesh yet", "nothing has run here", mend)]);
        return Ok(findings);
    }
    let mesh = match Mesh::open(app, settings).await {
        Ok(mesh) => mesh,
        Err(error) => {
            let (home, what) = (app.home.display().to_string(), format!("{error:#}"));
            let why = "what the mesh has kept cannot be reached";
            let mend = "check the rights on the folder and the space on its disk; see the cause above";
            findings.looked([Finding::error(&home, what, why, mend)]);
            return Ok(findings);
        }
    };
    findings.looked([]);
    for manifest in mesh.manifests() {
        let queue = mesh.queue(manifest).await?.depth().await?;
        let dead = match mesh.dead(manifest, Source::Dlq).await? {
            Some(queue) => queue.depth().await?,
            None => Depth::default(),
        };
        findings.looked(letters(&manifest.name, dead, app));
        findings.looked(waiting(&manifest.name, queue, app));
    }
    Ok(findings)
}

/// Whether the key that the provider wants is there.
fn key(settings: &Settings, has: impl Fn(&str) -> bool) -> Option<Finding> {
    let server = settings.server(&settings.text_models.primary().provider)?;
    let name = server.api_key_name.as_deref().filter(|name| !has(name))?;
    let what = "the key of the model's provider is not set";
    let why = "every request fails with MODEL_AUTH";
    Some(Finding::error(name, what, why, format!("export {name}=..., or MESH_TEXT_MODEL=offline")))
}

fn letters(agent: &str, dead: Depth, app: &App) -> Option<Finding> {
    let why = "their runs stand still; dead letters are kept for 14 days";
    (dead.total() > 0).then(|| {
        let what = format!("{} in its dead-letter queue", dead.total());
        Finding::warning(agent, what, why, app.command(&["dlq", "peek", agent]))
    })
}

fn waiting(agent: &str, queue: Depth, app: &App) -> Option<Finding> {
    let why = "nothing is done with them unless the mesh runs";
    (queue.visible > 0)
        .then(|| Finding::note(agent, format!("{} in its queue", queue.visible), why, app.command(&["up"])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::app;

    #[test]
    fn a_provider_without_its_key_is_an_error() {
        let pairs = [("MESH_TEXT_MODEL", "openai/m"), ("OPENAI_API_KEY_SECRET", "KEY")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = Settings::from_pairs(pairs).expect("settings");
        assert_eq!(key(&settings, |_| false).map(|finding| finding.resource).as_deref(), Some("KEY"));
        assert_eq!(key(&settings, |name| name == "KEY"), None);
        assert_eq!(key(&Settings::default(), |_| false), None);
    }

    #[test]
    fn dead_letters_are_a_warning_with_the_command_that_shows_them() {
        let depth = Depth { visible: 1, in_flight: 1, delayed: 0 };
        let finding = letters("echo", depth, &app()).expect("a finding");
        assert_eq!(
            (finding.what.as_str(), finding.mend.as_str()),
            ("2 in its dead-letter queue", "mesh dlq peek echo")
        );
        assert_eq!(letters("echo", Depth::default(), &app()), None);
    }
}
