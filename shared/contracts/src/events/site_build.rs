//! The events by which the site agent builds index, feed and sitemap once for many articles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Contract, Finality, Int, Name, Time, object::object_only};

/// Articles wait for a build of the site's shared pages. Published to `/site/requested` by site, with a due time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct SiteBuildRequested {
    /// The site.
    pub website_id: Name,
    /// The number the build will have.
    pub build: Int<1, 9_007_199_254_740_991>,
}
object_only!(SiteBuildRequested);

impl Contract for SiteBuildRequested {
    const TYPE: &'static str = "SiteBuildRequested";
    const CONTRACT: &'static str = "site-build-requested-v1";
    const CHANNEL: &'static str = "/site/requested";
    const FINALITY: Finality = Finality::Step;
}

/// A build has its number; what is published from now on waits for the next. Published to `/site/started` by site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct SiteBuildStarted {
    /// The site.
    pub website_id: Name,
    /// The build's number.
    pub build: Int<1, 9_007_199_254_740_991>,
}
object_only!(SiteBuildStarted);

impl Contract for SiteBuildStarted {
    const TYPE: &'static str = "SiteBuildStarted";
    const CONTRACT: &'static str = "site-build-started-v1";
    const CHANNEL: &'static str = "/site/started";
    const FINALITY: Finality = Finality::Step;
}

/// Index, archive, feed and sitemap show everything that was published when the build started. Published to `/site/built` by site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self")]
pub struct SiteBuilt {
    /// The site.
    pub website_id: Name,
    /// The build's number.
    pub build: Int<1, 9_007_199_254_740_991>,
    /// Articles listed.
    pub articles: Int<0, 9_007_199_254_740_991>,
    /// Files that changed.
    pub written: Int<0, 9_007_199_254_740_991>,
    /// When it ended.
    pub built_at: Time,
}
object_only!(SiteBuilt);

impl Contract for SiteBuilt {
    const TYPE: &'static str = "SiteBuilt";
    const CONTRACT: &'static str = "site-built-v1";
    const CHANNEL: &'static str = "/site/built";
    const FINALITY: Finality = Finality::Step;
}
