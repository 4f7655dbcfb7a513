//! Where the images of an article stand in its Markdown.

use std::collections::BTreeMap;

use comrak::nodes::NodeValue;
use comrak::{Arena, Node, parse_document};

use super::Page;
use super::figure::{Picture, TO_ROOT};
use super::markdown::{opening_title, options};
use super::sources::cited;
use super::text::tidy;

/// What stands in front of the paths of the site's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urls {
    /// A way up from the page.
    Relative,
    /// The site's address, where it has one that a link can hold as it is.
    Absolute,
}

impl Page {
    /// The article with its images, formatted as the site wishes, and with its sources.
    pub(super) fn finished(&self, urls: Urls) -> String {
        let placed = place(&self.markdown, &self.title, &self.pictures, &self.prefix(urls));
        let formatted = self.formatting.apply(&placed, &self.title, self.lang(), &self.keywords);
        if self.sources.is_empty() { formatted } else { cited(&formatted, &self.sources, self.lang()) }
    }

    /// What stands in front of a path of the site.
    pub(super) fn prefix(&self, urls: Urls) -> String {
        let plain = |base: &&str| base.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-_~%[]@?=+".contains(&b));
        match self.absolute_base().filter(|_| urls == Urls::Absolute).filter(plain) {
            Some(base) => format!("{base}/"),
            None => TO_ROOT.to_owned(),
        }
    }
}

/// `markdown` with each picture in a paragraph of its own: section 0 under the title, section n behind the first paragraph
/// of the n-th second-level heading. An image planned for a section that is not there stands in the last.
pub(super) fn place(markdown: &str, title: &str, pictures: &[Picture], prefix: &str) -> String {
    let shown: Vec<_> = pictures.iter().filter_map(|picture| Some((picture, picture.main()?))).collect();
    if shown.is_empty() {
        return markdown.to_owned();
    }
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options());
    let mut behind: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (picture, file) in shown {
        let image = format!("![{}]({prefix}{})", escaped(&picture.alt), file.path);
        behind.entry(line_before(root, title, picture.section)).or_default().push(image);
    }
    insert(markdown, &behind)
}

/// The line, from 1, behind which an image of `section` stands; 0 is the top.
fn line_before(root: Node<'_>, title: &str, section: u32) -> usize {
    let opening = opening_title(root, title);
    let top = opening.map_or(0, |node| node.data().sourcepos.end.line);
    let Some(index) = usize::try_from(section).unwrap_or(usize::MAX).checked_sub(1) else { return top };
    let sections: Vec<Node<'_>> = root.children().filter(|node| level(node) == Some(2)).collect();
    let Some(heading) = sections.get(index).or(sections.last()) else {
        return root.last_child().map_or(top, |node| node.data().sourcepos.end.line);
    };
    let inside = heading.following_siblings().skip(1).take_while(|node| level(node).is_none_or(|level| level > 2));
    let first = inside.into_iter().find(|node| matches!(node.data().value, NodeValue::Paragraph));
    first.unwrap_or(heading).data().sourcepos.end.line
}

fn level(node: &Node<'_>) -> Option<u8> {
    match node.data().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    }
}

fn insert(markdown: &str, behind: &BTreeMap<usize, Vec<String>>) -> String {
    let mut out = String::with_capacity(markdown.len() + 256);
    let mut lines = markdown.split_inclusive('\n').peekable();
    let mut number = 0;
    loop {
        for image in behind.get(&number).into_iter().flatten() {
            let gap = match out.as_str() {
                "" => "",
                text if text.ends_with('\n') => "\n",
                _ => "\n\n",
            };
            out.push_str(&format!("{gap}{image}\n"));
        }
        let Some(line) = lines.next() else { return out };
        if behind.contains_key(&number) && !line.trim().is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        number += 1;
    }
}

/// Text as Markdown says it literally.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in tidy(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, ',' | '.' | '\'' | '-' | ':' | ';' | '?' | '/' | '%' | '+' | '=') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixture::picture;
    use super::*;

    const ARTICLE: &str = "# Title\n\nIntro.\n\n## One\n\nFirst\nparagraph.\n\nSecond.\n\n```\n## code\n```\n\n## Two\n- list\n\n### Sub\nUnder.\n## Three\n";

    fn placed(markdown: &str, sections: &[u32]) -> String {
        let pictures: Vec<_> = sections.iter().map(|section| picture(*section)).collect();
        place(markdown, "Title", &pictures, "/").replace("![A board with five cards](/images/c/r2/1-800.jpg)", "IMG")
    }

    #[test]
    fn images_stand_where_they_were_planned() {
        assert!(placed(ARTICLE, &[0]).starts_with("# Title\n\nIMG\n\nIntro."));
        assert!(placed(ARTICLE, &[1]).contains("First\nparagraph.\n\nIMG\n\nSecond."));
        assert!(placed(ARTICLE, &[2]).contains("### Sub\nUnder.\n\nIMG\n\n## Three"), "code is no heading");
        for beyond in [3, 4, 100] {
            assert!(placed(ARTICLE, &[beyond]).ends_with("## Three\n\nIMG\n"));
        }
        assert!(placed(ARTICLE, &[0, 1, 1]).contains("paragraph.\n\nIMG\n\nIMG\n\nSecond."));
    }

    #[test]
    fn odd_articles_get_their_images_too() {
        assert_eq!(placed("Text only.", &[0]), "IMG\n\nText only.");
        assert_eq!(placed("Text only.", &[2]), "Text only.\n\nIMG\n");
        assert_eq!(placed("", &[0, 1]), "IMG\n\nIMG\n");
        assert_eq!(placed("Title\n=====\nText.", &[0]), "Title\n=====\n\nIMG\n\nText.");
        assert_eq!(placed(ARTICLE, &[]), ARTICLE);
    }

    #[test]
    fn what_an_image_shows_is_said_literally() {
        let odd = Picture { alt: "a ](x) *b* `c` <d> \\ &amp;\n[e]".into(), ..picture(0) };
        let markdown = place("", "", &[odd], "/");
        let arena = Arena::new();
        let root = parse_document(&arena, &markdown, &options());
        let image = root.descendants().find(|node| matches!(node.data().value, NodeValue::Image(_)));
        let alt = image.map(|node| node.collect_text()).unwrap_or_default();
        assert_eq!(alt, "a ](x) *b* `c` <d> \\ &amp; [e]");
    }
}
