//! Where the builds of a site stand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Int, Time, object::object_only};

/// Kind `site_build`, written by site: where the builds of a site stand. Id: the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct SiteBuildRecord {
    /// Number of the last build asked for.
    pub requested: Int<0, 9_007_199_254_740_991>,
    /// Number of the last build started; below `requested` while one waits.
    pub started: Int<0, 9_007_199_254_740_991>,
    /// When the last one was asked to start.
    pub due_at: Time,
}
object_only!(SiteBuildRecord);

/// Kind `site_built`, written by site: the last build that ended. Id: the site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct SiteBuiltRecord {
    /// Its number.
    pub build: Int<1, 9_007_199_254_740_991>,
    /// Articles it listed.
    pub articles: Int<0, 9_007_199_254_740_991>,
}
object_only!(SiteBuiltRecord);
