//! The agents of this program: one line each.

use std::sync::Arc;

use mesh_core::{Agent, ConfigError, Settings};

/// Builds every agent.
///
/// # Errors
/// [`ConfigError`] naming the setting or the declaration that is wrong.
pub(crate) fn agents(settings: &Settings) -> Result<Vec<Arc<dyn Agent>>, ConfigError> {
    Ok(vec![
        agent_content_gen::agent(settings)?,
        agent_refine::agent(settings)?,
        agent_review::agent(settings)?,
        agent_image_plan::agent(settings)?,
        agent_image_render::agent(settings)?,
        agent_metadata::agent(settings)?,
        agent_publish::agent(settings)?,
        agent_site::agent(settings)?,
        agent_tracker::agent(settings)?,
        agent_echo::agent(settings)?,
        // new-agent: registry
    ])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_agent_is_built_and_has_a_name_of_its_own() {
        let agents = agents(&Settings::default()).expect("agents");
        let names: BTreeSet<&str> = agents.iter().map(|agent| agent.manifest().name.as_str()).collect();
        assert_eq!(names.len(), agents.len());
        assert!(names.contains("content-gen"));
    }
}
