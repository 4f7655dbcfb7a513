//! Citations: `[#3]` in an article says that what stands before it is said by source 3. Several are `[#3][#5]` or
//! `[#3, #5]`. Code is no place for them.

use std::{borrow::Cow, ops::Range};

/// One mark of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Where it stands, brackets included.
    pub bytes: Range<usize>,
    /// Its line, from 1.
    pub line: u32,
    /// The sources it names; empty when the mark cannot be read.
    pub ids: Vec<u32>,
    /// Whether it stands in a heading.
    pub in_heading: bool,
}

/// Every mark of the article, in order.
#[must_use]
pub fn citations(markdown: &str) -> Vec<Citation> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    let mut ticks = 0;
    let mut at = 0;
    for (number, line) in (1..).zip(markdown.split_inclusive('\n')) {
        let text = line.trim_start();
        match fence {
            Some(mark) if text.starts_with(mark) => fence = None,
            Some(_) => {}
            None => match ["```", "~~~"].into_iter().find(|mark| text.starts_with(mark)) {
                Some(mark) => (fence, ticks) = (Some(mark), 0),
                None => {
                    // A span of code ends with its paragraph at the latest.
                    ticks = if text.is_empty() { 0 } else { ticks };
                    let heading = line.starts_with('#');
                    of_line(line, markdown, at, &mut ticks, |bytes, ids| {
                        found.push(Citation { bytes, line: number, ids, in_heading: heading });
                    });
                }
            },
        }
        at += line.len();
    }
    found
}

/// The marks of a line that begins at byte `at`; `ticks` is the length of the backtick run that opened a span of code.
fn of_line(line: &str, markdown: &str, at: usize, ticks: &mut usize, mut found: impl FnMut(Range<usize>, Vec<u32>)) {
    let mut from = 0;
    while let Some(next) = line[from..].find(['`', '[', '\\']).map(|next| from + next) {
        let rest = &line[next..];
        if rest.starts_with('`') {
            let run = rest.len() - rest.trim_start_matches('`').len();
            from = next + run;
            if *ticks == run {
                *ticks = 0;
            } else if *ticks == 0 && closes(&markdown[at + from..], run) {
                *ticks = run;
            }
        } else if rest.starts_with('\\') && *ticks == 0 {
            from = next + 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
        } else if let Some((length, ids)) = mark(rest).filter(|_| *ticks == 0) {
            found(at + next..at + next + length, ids);
            from = next + length;
        } else {
            from = next + 1;
        }
    }
}

/// Whether a run of so many backticks ends a span of code before the paragraph does.
fn closes(after: &str, run: usize) -> bool {
    let paragraph = after.split("\n\n").next().unwrap_or_default();
    paragraph.split(|c| c != '`').any(|ticks| ticks.len() == run)
}

/// The length of the mark that the text begins with, and the sources it names.
fn mark(text: &str) -> Option<(usize, Vec<u32>)> {
    let inside = text.strip_prefix("[#")?;
    // What begins with a digit was meant to be a mark; `[#topic]` was not.
    inside.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    let end = inside.find([']', '\n', '['])?;
    inside[end..].starts_with(']').then_some(())?;
    let named = inside[..end].split([',', ';']).map(|id| id.trim().trim_start_matches('#').parse::<u32>());
    Some((end + 3, named.collect::<Result<_, _>>().unwrap_or_default()))
}

/// The article without its marks, and without the space in front of each.
#[must_use]
pub fn without_citations(markdown: &str) -> Cow<'_, str> {
    with_citations(markdown, |_| String::new())
}

/// The article with something else in the place of each mark; where that is nothing, the space in front of it goes as well.
#[must_use]
pub fn with_citations(markdown: &str, mut instead: impl FnMut(&Citation) -> String) -> Cow<'_, str> {
    let found = citations(markdown);
    if found.is_empty() {
        return Cow::Borrowed(markdown);
    }
    let mut out = String::with_capacity(markdown.len());
    let mut from = 0;
    for citation in found {
        out.push_str(&markdown[from..citation.bytes.start]);
        from = citation.bytes.end;
        let text = instead(&citation);
        if text.is_empty() {
            let kept = out.trim_end_matches(' ').len();
            let starts_line = kept == 0 || out[..kept].ends_with('\n');
            if starts_line {
                from += markdown[from..].len() - markdown[from..].trim_start_matches(' ').len();
            } else {
                out.truncate(kept);
            }
        }
        out.push_str(&text);
    }
    out.push_str(&markdown[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(markdown: &str) -> Vec<Vec<u32>> {
        citations(markdown).into_iter().map(|citation| citation.ids).collect()
    }

    #[test]
    fn marks_name_one_source_or_several() {
        assert_eq!(
            ids("Tea is hot [#1]. So it is.[#2][#30] Yes [#4, #5; 6]."),
            [vec![1], vec![2], vec![30], vec![4, 5, 6]]
        );
        assert_eq!(ids("[#topic] [1] [^1] # [ #1] [#] [#\n1]"), Vec::<Vec<u32>>::new());
        assert_eq!(ids("[#1a] [#99999999999] [#1 and 2] [#0]"), [vec![], vec![], vec![], vec![0]]);
    }

    #[test]
    fn code_and_what_is_escaped_is_left_alone() {
        assert_eq!(ids("`[#1]` ``a ` [#2]`` \\[#3] [#4] ` [#5]"), [vec![4], vec![5]]);
        assert_eq!(ids("`a\n[#1]` b [#2]\n\n` [#3]\n\n`"), [vec![2], vec![3]]);
        assert_eq!(ids("```\n[#1]\n```\n[#2]\n~~~\n[#3]\n```\n"), [vec![2]]);
    }

    #[test]
    fn place_and_line_are_told() {
        let text = "# T [#1]\n\nWords [#2].\n";
        let found = citations(text);
        assert_eq!(&text[found[1].bytes.clone()], "[#2]");
        assert_eq!(found.iter().map(|one| (one.line, one.in_heading)).collect::<Vec<_>>(), [(1, true), (3, false)]);
    }

    #[test]
    fn what_is_left_reads_as_if_there_had_been_none() {
        assert_eq!(without_citations("One [#1]. Two.[#2] Three\n[#3] four [#4][#5].\n"), "One. Two. Three\nfour.\n");
        assert!(matches!(without_citations("None."), Cow::Borrowed("None.")));
        assert_eq!(with_citations("A [#7].", |one| format!("({})", one.ids[0])), "A (7).");
    }

    proptest! {
        #[test]
        fn without_marks_nothing_is_left_to_find(text in "(\\[#[0-9]{1,3}\\]|[a-z `\n#.~\\[\\]\\\\]){0,60}") {
            for citation in citations(&text) {
                prop_assert!(text[citation.bytes.clone()].starts_with("[#"));
            }
            let bare = without_citations(&text);
            prop_assert!(bare.len() <= text.len());
        }

        #[test]
        fn nothing_breaks_it(text in any::<String>()) {
            let _ = without_citations(&text);
        }
    }
}
