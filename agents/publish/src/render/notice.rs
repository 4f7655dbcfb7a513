//! The notice in the place of an article that was withdrawn.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::RenderError;
use super::html::{CSS, Moment, moment};
use super::template::{self, NOTICE};
use super::text::tidy;

/// What tells a notice from an article, in the page.
pub const NOTICE_MARK: &str = "<meta name=\"content-withdrawn\"";

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The article that was there.
    pub content_id: Uuid,
    /// Name of the site.
    pub site_name: String,
    /// Why, in words for readers.
    pub reason: Option<String>,
    /// When.
    pub withdrawn_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct View<'a> {
    css: &'static str,
    content_id: String,
    site_name: &'a str,
    reason: Option<String>,
    withdrawn: Moment,
}

/// The complete HTML document; search engines are told to forget the page.
///
/// # Errors
/// Only when the template fails.
pub fn notice(notice: &Notice) -> Result<String, RenderError> {
    let view = View {
        css: CSS,
        content_id: notice.content_id.to_string(),
        site_name: &notice.site_name,
        reason: notice.reason.as_deref().map(tidy).filter(|reason| !reason.is_empty()),
        withdrawn: moment(notice.withdrawn_at),
    };
    template::render(NOTICE, view)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn said(reason: Option<&str>) -> String {
        let withdrawn_at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let reason = reason.map(str::to_owned);
        notice(&Notice { content_id: Uuid::nil(), site_name: "Field & Notes".into(), reason, withdrawn_at }).unwrap()
    }

    #[test]
    fn it_says_when_and_why_and_is_not_indexed() {
        let page = said(Some("The <b>numbers</b> were wrong."));
        assert!(page.contains("<meta name=\"robots\" content=\"noindex\">") && page.contains(NOTICE_MARK));
        assert!(page.contains("<p>The &lt;b&gt;numbers&lt;/b&gt; were wrong.</p>"));
        assert!(page.contains("21 September 2026") && page.contains("Field &amp; Notes"));
        assert!(!page.contains("canonical") && !page.contains("og:"));
    }

    #[test]
    fn a_reason_may_be_missing() {
        assert!(!said(None).contains("<p></p>"));
        assert_eq!(said(Some(" ")), said(None));
    }
}
