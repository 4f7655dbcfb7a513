//! The sites: each article has one page and one place in the lists.

use std::collections::BTreeSet;

use agent_site::render::{FEED_ENTRIES, INDEX_ENTRIES};
use mesh_core::{
    ids,
    ports::{Blobs, BlobsExt},
};
use serde_json::Value;

use super::{Audit, PAGE};
use crate::plan;

/// Most bytes of a list.
const MOST_BYTES: u64 = 64 << 20;

/// An article as its publication says, in the order of the lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Article {
    at: String,
    content_id: String,
    path: String,
}

impl Audit<'_> {
    pub(super) async fn sites(&mut self) -> anyhow::Result<()> {
        for (site, root) in [(plan::PLAIN, "site/"), (plan::ILLUSTRATED, "sites/weekly/")] {
            let articles = self.articles(site).await?;
            self.counted.articles += articles.len();
            if site == plan::ILLUSTRATED {
                self.counted.illustrated = articles.len();
            }
            if !articles.is_empty() {
                self.pages(root, &articles).await?;
                self.lists(root, &articles).await?;
            }
        }
        Ok(())
    }

    /// The publications of a site, newest first.
    async fn articles(&mut self, site: &str) -> anyhow::Result<Vec<Article>> {
        let prefix = format!("{site}/");
        let mut documents = self.documents("publication").await?;
        documents.retain(|document| document.key.id.starts_with(&prefix));
        let text = |body: &Value, field: &str| body[field].as_str().unwrap_or_default().to_owned();
        let mut articles: Vec<Article> = documents
            .iter()
            .map(|document| Article {
                at: text(&document.body, "published_at"),
                content_id: text(&document.body, "content_id"),
                path: text(&document.body, "path"),
            })
            .collect();
        articles.sort();
        articles.reverse();
        let numbers = (0..self.plan.requests).filter(|n| self.plan.site(*n) == site);
        let wanted = numbers.map(|n| ids::of_content(self.plan.run(n)).to_string()).collect();
        let there = articles.iter().map(|article| article.content_id.clone()).collect();
        self.same(&format!("publications of {site}"), &wanted, &there);
        self.once(&format!("paths of {site}"), &paths(&articles));
        Ok(articles)
    }

    async fn pages(&mut self, root: &str, articles: &[Article]) -> anyhow::Result<()> {
        let wanted = articles.iter().map(|article| format!("{root}{}index.html", article.path)).collect();
        let mut there = BTreeSet::new();
        let mut after: Option<String> = None;
        loop {
            let metas = self.store.blobs().list(&format!("{root}posts/"), after.as_deref(), PAGE).await?;
            after = metas.last().map(|meta| meta.key.clone());
            there.extend(metas.into_iter().map(|meta| meta.key).filter(|key| key.ends_with("/index.html")));
            if after.is_none() {
                break;
            }
        }
        self.same(&format!("pages below {root}"), &wanted, &there);
        Ok(())
    }

    async fn lists(&mut self, root: &str, articles: &[Article]) -> anyhow::Result<()> {
        let latest = &articles[..articles.len().min(INDEX_ENTRIES)];
        let index = between(&self.text(&format!("{root}index.html")).await?, "<h2><a href=\"", "index.html\"");
        self.listed(&format!("{root}index.html"), &paths(latest), &index);
        let mut archived = Vec::new();
        for meta in self.store.blobs().list(&format!("{root}archive/"), None, PAGE).await? {
            archived.extend(between(&self.text(&meta.key).await?, "<h2><a href=\"../", "index.html\""));
        }
        self.listed(&format!("{root}archive/"), &paths(articles), &archived);
        let feed = between(&self.text(&format!("{root}feed.xml")).await?, "<id>urn:uuid:", "</id>");
        let newest = &articles[..articles.len().min(FEED_ENTRIES)];
        let newest: Vec<String> = newest.iter().map(|article| article.content_id.clone()).collect();
        // The feed has an id of its own; it is no article's.
        let known: BTreeSet<&String> = articles.iter().map(|article| &article.content_id).collect();
        let entries: Vec<String> = feed.iter().skip(1).cloned().collect();
        let first = feed.first().filter(|id| known.contains(id)).cloned();
        self.listed(&format!("{root}feed.xml"), &newest, &[first.into_iter().collect(), entries].concat());
        let mapped =
            between(&self.text(&format!("{root}sitemap.xml")).await?, "<loc>http://localhost/posts/", "</loc>");
        let mapped: Vec<String> = mapped.iter().map(|path| format!("posts/{path}")).collect();
        self.listed(&format!("{root}sitemap.xml"), &paths(articles), &mapped);
        Ok(())
    }

    /// The list names each of these once, and nothing else.
    fn listed(&mut self, list: &str, wanted: &[String], there: &[String]) {
        self.once(list, there);
        self.same(list, &wanted.iter().cloned().collect(), &there.iter().cloned().collect());
    }

    /// The text of a page; empty when it cannot be read, which is a violation of its own.
    async fn text(&mut self, key: &str) -> anyhow::Result<String> {
        match self.store.blobs().get_bytes(key, MOST_BYTES).await {
            Ok(Some((_, bytes))) => Ok(String::from_utf8(bytes.to_vec())?),
            Ok(None) => {
                self.wrong(format!("{key} is missing"));
                Ok(String::new())
            }
            Err(error) => {
                self.wrong(format!("{key} cannot be read: {error}"));
                Ok(String::new())
            }
        }
    }
}

fn paths(articles: &[Article]) -> Vec<String> {
    articles.iter().map(|article| article.path.clone()).collect()
}

/// Every text between a `start` and the next `end`.
fn between(text: &str, start: &str, end: &str) -> Vec<String> {
    let parts = text.split(start).skip(1);
    parts.filter_map(|part| part.split_once(end).map(|(found, _)| found.to_owned())).collect()
}
