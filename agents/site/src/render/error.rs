//! Why a shared page could not be rendered.

/// Why a shared page could not be rendered. Permanent: the same input fails the same way.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The page template failed.
    #[error("the list template failed")]
    Template(#[source] minijinja::Error),
}
