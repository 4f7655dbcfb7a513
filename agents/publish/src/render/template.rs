//! The templates, built once.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, escape_formatter};
use serde::Serialize;

use super::RenderError;
use super::text::escape_html;

/// The page of an article.
pub(super) const ARTICLE: &str = "article.html";
/// The notice in the place of an article that was withdrawn.
pub(super) const NOTICE: &str = "notice.html";

static ENVIRONMENT: LazyLock<Result<Environment<'static>, String>> =
    LazyLock::new(|| environment().map_err(|error| error.to_string()));

/// A template filled with `view`.
pub(super) fn render(template: &str, view: impl Serialize) -> Result<String, RenderError> {
    let broken = |reason: &String| RenderError::Template(Error::new(ErrorKind::InvalidOperation, reason.clone()));
    let environment = ENVIRONMENT.as_ref().map_err(broken)?;
    let template = environment.get_template(template).map_err(RenderError::Template)?;
    template.render(Serde(view)).map_err(RenderError::Template)
}

fn environment() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.set_formatter(write_value);
    environment.add_template(ARTICLE, include_str!("../../templates/article.html"))?;
    environment.add_template(NOTICE, include_str!("../../templates/notice.html"))?;
    Ok(environment)
}

/// As minijinja escapes, but `/` stays as it is, so that URLs in the page read as URLs.
fn write_value(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && matches!(state.auto_escape(), AutoEscape::Html) => {
            let mut escaped = String::with_capacity(text.len());
            escape_html(&mut escaped, text)?;
            Ok(out.write_str(&escaped)?)
        }
        _ => escape_formatter(out, state, value),
    }
}
