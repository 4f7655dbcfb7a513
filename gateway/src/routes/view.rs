//! What answers look like.

use mesh_contracts::{
    Id,
    records::{Post, PostStatus, WebsiteSettings},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{app::App, content::Withdrawal, generation::Started, status::Status};

/// Where to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Links {
    /// This.
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<String>,
    /// Status of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<String>,
    /// The post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) post: Option<String>,
    /// The site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) site: Option<String>,
}

pub(crate) fn status_link(app: &App, run: Id) -> String {
    app.link(&format!("/generate/status/{run}"))
}

fn post_link(app: &App, post: &str) -> String {
    app.link(&format!("/posts/{post}"))
}

fn site_link(app: &App, site: &str) -> String {
    app.link(&format!("/sites/{site}"))
}

/// A run that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    /// The run.
    tracking_id: Id,
    /// The post.
    post_id: String,
    /// The site.
    website_id: String,
    /// Status of the post.
    status: PostStatus,
    /// Where to go on.
    links: Links,
}

impl Run {
    pub(crate) fn of(app: &App, started: &Started, status: PostStatus) -> Self {
        let links = Links {
            own: None,
            status: Some(status_link(app, started.tracking_id)),
            post: Some(post_link(app, &started.post_id)),
            site: Some(site_link(app, &started.website_id)),
        };
        let (post_id, website_id) = (started.post_id.to_string(), started.website_id.to_string());
        Self { tracking_id: started.tracking_id, post_id, website_id, status, links }
    }
}

/// Where a run stands.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StatusAnswer {
    #[serde(flatten)]
    status: Status,
    /// Where to go on.
    links: Links,
}

impl StatusAnswer {
    pub(crate) fn of(app: &App, status: Status) -> Self {
        let links = Links {
            own: Some(status_link(app, status.tracking_id)),
            status: None,
            post: status.post_id.as_ref().map(|post| post_link(app, post)),
            site: Some(site_link(app, &status.website_id)),
        };
        Self { status, links }
    }
}

/// A withdrawal that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WithdrawalAnswer {
    /// Its run.
    tracking_id: Id,
    /// The article.
    content_id: Id,
    /// The site.
    website_id: String,
    /// Where it stands: pending, then withdrawn.
    status: PostStatus,
    /// Where to go on.
    links: Links,
}

impl WithdrawalAnswer {
    pub(crate) fn of(app: &App, withdrawal: &Withdrawal, status: PostStatus) -> Self {
        let links = Links {
            status: Some(status_link(app, withdrawal.tracking_id)),
            site: Some(site_link(app, &withdrawal.website_id)),
            ..Links::default()
        };
        let Withdrawal { tracking_id, content_id, website_id, .. } = withdrawal;
        Self { tracking_id: *tracking_id, content_id: *content_id, website_id: website_id.to_string(), status, links }
    }
}

/// A post with what its latest run says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostAnswer {
    #[serde(flatten)]
    post: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<PostStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    final_markdown_uri: Option<String>,
    links: Links,
}

impl PostAnswer {
    pub(crate) fn of(app: &App, post: &Post, latest: Option<(PostStatus, Option<String>)>) -> Self {
        let links = Links {
            own: Some(post_link(app, &post.post_id)),
            status: post.tracking_id.map(|run| status_link(app, run)),
            post: None,
            site: Some(site_link(app, &post.website_id)),
        };
        let (status, uri) = latest.map_or((None, None), |(status, uri)| (Some(status), uri));
        let post = serde_json::to_value(post).unwrap_or_default();
        Self { post, status, final_markdown_uri: uri, links }
    }
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct ListAnswer<T> {
    pub(crate) items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cursor: Option<String>,
}

/// A page of sites.
pub(crate) type SiteList = ListAnswer<WebsiteSettings>;
