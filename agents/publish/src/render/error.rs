//! Why a page could not be rendered.

/// Why a page could not be rendered. Every variant is permanent: the same input fails the same way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The slug would not be safe as a path segment and in a URL.
    #[error("the slug {slug:?} is not 1 to 75 letters, digits, hyphens, underscores and dots")]
    InvalidSlug {
        /// The slug as given.
        slug: String,
    },
    /// The Markdown tree could not be written as HTML.
    #[error("the Markdown could not be written as HTML")]
    Markdown(#[source] std::fmt::Error),
    /// The page template failed.
    #[error("the article template failed")]
    Template(#[source] minijinja::Error),
    /// The structured data could not be serialised.
    #[error("the JSON-LD block could not be serialised")]
    JsonLd(#[source] serde_json::Error),
    /// The front matter could not be serialised.
    #[error("the front matter could not be serialised as YAML")]
    FrontMatter(#[source] Box<dyn std::error::Error + Send + Sync>),
}
