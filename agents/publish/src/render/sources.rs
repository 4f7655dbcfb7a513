//! Citations as readers see them: a number that leads to the source, and a list of the sources at the end. A model only
//! ever writes `[#3]`; title and address are those that were given with the source.

use std::fmt::Write as _;

use mesh_article::with_citations;

use super::text::tidy;

/// A source the article may cite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSource {
    /// The number it has in the draft.
    pub id: u32,
    /// Its title.
    pub title: String,
    /// Where readers find it: an absolute http or https address without blanks, quotes, brackets or braces.
    pub url: Option<String>,
}

/// Heading of the list, by language.
const HEADINGS: [(&str, &str); 7] = [
    ("en", "Sources"),
    ("de", "Quellen"),
    ("es", "Fuentes"),
    ("fr", "Sources"),
    ("it", "Fonti"),
    ("nl", "Bronnen"),
    ("pt", "Fontes"),
];

/// The article with its citations numbered as they come, and the list of the cited sources. A mark that names no source is
/// left out.
pub(super) fn cited(markdown: &str, sources: &[PageSource], language: &str) -> String {
    let mut shown: Vec<&PageSource> = Vec::new();
    let text = with_citations(markdown, |mark| {
        let known = mark.ids.iter().filter_map(|id| sources.iter().find(|source| source.id == *id));
        known.map(|source| reference(source, number(source, &mut shown))).collect()
    });
    let mut text = text.into_owned();
    if shown.is_empty() {
        return text;
    }
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let heading = HEADINGS.iter().find(|(tag, _)| *tag == primary).map_or("Sources", |(_, heading)| *heading);
    text.truncate(text.trim_end().len());
    // Writing to a String does not fail.
    let _ = write!(text, "\n\n## {heading}\n\n");
    for (number, source) in (1..).zip(shown) {
        let title = escaped(&tidy(&source.title));
        let _ = match &source.url {
            Some(url) => writeln!(text, "{number}. [{title}](<{url}>)"),
            None => writeln!(text, "{number}. {title}"),
        };
    }
    text
}

/// The number a source has on the page: by its first citation.
fn number<'a>(source: &'a PageSource, shown: &mut Vec<&'a PageSource>) -> usize {
    let at = shown.iter().position(|one| one.id == source.id).unwrap_or_else(|| {
        shown.push(source);
        shown.len() - 1
    });
    at + 1
}

fn reference(source: &PageSource, number: usize) -> String {
    match &source.url {
        Some(url) => format!("[\\[{number}\\]](<{url}>)"),
        None => format!("\\[{number}\\]"),
    }
}

/// A text without what the page put in the place of citations.
pub(super) fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        out.push_str(before);
        match after[digits..].strip_prefix(']').filter(|_| digits > 0) {
            Some(behind) => {
                out.truncate(out.trim_end().len());
                rest = behind;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A text as Markdown that says it literally.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::fixture::page;
    use super::super::{Page, front_matter, html};
    use super::*;

    fn sources() -> Vec<PageSource> {
        let source =
            |id, title: &str, url: Option<&str>| PageSource { id, title: title.into(), url: url.map(str::to_owned) };
        vec![
            source(1, "Never cited", Some("https://never.example/")),
            source(2, "Tea & <b>heat</b> [v1](x)", Some("https://tea.example/a_b?c=(d)&e")),
            source(3, "Notes of a drinker", None),
        ]
    }

    const TEXT: &str = "# Tea\n\nTea is hot [#3]. It cools.[#2]\n\nIt does [#2, #3]. `[#2]`\n";

    #[test]
    fn numbers_follow_the_text_and_the_list_has_what_is_cited() {
        assert_eq!(
            cited(TEXT, &sources(), "de-CH"),
            "# Tea\n\nTea is hot \\[1\\]. It cools.[\\[2\\]](<https://tea.example/a_b?c=(d)&e>)\n\nIt does \
             [\\[2\\]](<https://tea.example/a_b?c=(d)&e>)\\[1\\]. `[#2]`\n\n## Quellen\n\n1. Notes of a drinker\n2. \
             [Tea \\& \\<b\\>heat\\<\\/b\\> \\[v1\\]\\(x\\)](<https://tea.example/a_b?c=(d)&e>)\n"
        );
    }

    #[test]
    fn without_citations_nothing_changes_and_an_unknown_one_is_left_out() {
        assert_eq!(cited("# Tea\n\nHot.\n", &sources(), "en"), "# Tea\n\nHot.\n");
        assert_eq!(cited("Hot [#9]. More.\n", &sources(), "en"), "Hot. More.\n");
    }

    #[test]
    fn page_and_file_have_the_links_and_a_title_stays_text() {
        let page =
            Page { markdown: TEXT.into(), sources: sources(), summary: "Tea is hot. It cools.".into(), ..page() };
        let document = html(&page).unwrap();
        let link = "<a href=\"https://tea.example/a_b?c=(d)&amp;e\" rel=\"noopener noreferrer\">";
        assert_eq!(document.matches(link).count(), 3, "{document}");
        assert!(
            document.contains("<h2 id=\"sources\">Sources</h2>") && document.contains("<li>Notes of a drinker</li>")
        );
        assert!(document.contains("Tea &amp; &lt;b&gt;heat&lt;/b&gt; [v1](x)</a>"), "{document}");
        assert!(!document.contains("class=\"standfirst\"") && !document.contains("never.example"));
        let file = front_matter(&page).unwrap();
        assert!(file.ends_with("(<https://tea.example/a_b?c=(d)&e>)\n") && file.contains("\n1. Notes of a drinker\n"));
    }

    #[test]
    fn a_lead_is_compared_without_its_numbers() {
        assert_eq!(without_numbers("Tea is hot [1]. It cools.[12] See [x] [3"), "Tea is hot. It cools. See [x] [3");
    }
}
