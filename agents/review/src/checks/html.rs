//! Whether the article is safe as a page: nothing active in its raw HTML or addresses, and a sanitised page that stays as it is.

use std::sync::LazyLock;

use ammonia::Builder;

use super::Context;
use super::finding::{Finding, Place, Severity, Sink};

/// Elements that run, load or submit something.
const ACTIVE: [&str; 14] = [
    "script", "iframe", "object", "embed", "applet", "frame", "frameset", "form", "meta", "base", "link", "style",
    "svg", "math",
];

/// Attributes that lead somewhere or load something. In raw HTML they escape the check of links.
const ADDRESSES: &str = "href src srcset style poster background data action formaction cite ping longdesc xlink:href manifest \
    codebase classid";

/// Levels of lists and quotes, and pieces of raw HTML, beyond which a text is no article; sanitising such a page takes seconds.
const MAX_DEPTH: u32 = 50;
const MAX_RAW_HTML: usize = 500;

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    // Ids of headings are what tables of contents and deep links need.
    builder.add_generic_attributes(["id"]).link_rel(Some("noopener noreferrer"));
    builder
});

pub(super) fn check(context: &Context<'_>, out: &mut Sink) {
    let model = context.model;
    for raw in model.raw_html() {
        let place = Place::new(raw.line, &raw.markup);
        match active(&raw.markup).or_else(|| attribute_of_raw(&raw.markup)) {
            Some(what) => out.push(unsafe_html("The text contains active HTML.").measured(what).at(place)),
            None => out.push(
                Finding::new("raw-html", Severity::Warn, "Raw HTML may be dropped when the page is built.")
                    .measured("raw HTML")
                    .threshold("none")
                    .at(place),
            ),
        }
    }
    for link in model.links() {
        if let Some(scheme) = dangerous_scheme(&link.url) {
            out.push(
                unsafe_html("An address runs code when it is followed.")
                    .measured(format!("{scheme}:"))
                    .at(Place::new(link.line, &link.url)),
            );
        }
    }
    sanitised(context, out);
}

fn sanitised(context: &Context<'_>, out: &mut Sink) {
    let (depth, raw) = (context.model.depth(), context.model.raw_html().len());
    if depth > MAX_DEPTH || raw > MAX_RAW_HTML {
        let measured = format!("{depth} levels of nesting, {raw} pieces of raw HTML");
        let finding = unsafe_html("The text is nested too deeply, or has too much raw HTML, to be made a page.");
        out.push(finding.measured(measured).threshold(format!("at most {MAX_DEPTH} and {MAX_RAW_HTML}")));
        return;
    }
    let once = SANITISER.clean(context.model.unsafe_html()).to_string();
    // What the parser took for plain text needs no second look: only markup can change under sanitising.
    if let Some(what) = active(&once) {
        out.push(unsafe_html("The sanitised page still contains active HTML.").measured(what));
    } else if SANITISER.clean(&once).to_string() != once {
        out.push(unsafe_html("The page changes each time it is sanitised.").measured("unstable"));
    }
}

fn unsafe_html(message: &str) -> Finding {
    Finding::new("html-safety", Severity::Block, message).threshold("none")
}

/// The active element, handler or address in some markup.
fn active(markup: &str) -> Option<String> {
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..)?;
        let tag = rest.split('>').next().unwrap_or(rest).trim_start_matches('/');
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        if ACTIVE.contains(&name.as_str()) {
            return Some(format!("<{name}>"));
        }
        if let Some(found) =
            Some(tag).filter(|_| !name.is_empty()).and_then(|tag| active_attribute(tag.get(name.len()..)?))
        {
            return Some(found);
        }
    }
    None
}

/// Handlers (`onclick=`) and code in attribute values.
fn active_attribute(attributes: &str) -> Option<String> {
    named_values(attributes).find_map(|(name, value)| {
        if name.len() > 2 && name.starts_with("on") && name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Some(format!("{name}="));
        }
        dangerous_scheme(value).map(|scheme| format!("{scheme}:"))
    })
}

/// What raw HTML must not have anywhere: a `>` inside a quoted value does not end its tag, so where tags end is not asked.
fn attribute_of_raw(markup: &str) -> Option<String> {
    let address =
        |(name, _): (String, &str)| ADDRESSES.split(' ').any(|known| known == name).then(|| format!("{name}="));
    active_attribute(markup).or_else(|| named_values(markup).find_map(address))
}

/// The word before every equals sign, in lower case, and what stands behind the sign.
fn named_values(markup: &str) -> impl Iterator<Item = (String, &str)> {
    markup.match_indices('=').filter_map(|(at, _)| {
        let before = markup.get(..at)?.trim_end();
        // No name that matters is longer, and what has none is not read over and over.
        let near = before.get(before.floor_char_boundary(before.len().saturating_sub(32))..)?;
        let name = near.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '/')).next()?;
        let value = markup.get(at + 1..)?.trim_start().trim_start_matches(['"', '\'']);
        Some((name.to_ascii_lowercase(), value))
    })
}

/// A scheme that runs code, however it is hidden behind spaces, control characters, capitals and character references.
fn dangerous_scheme(url: &str) -> Option<&'static str> {
    let mut head = String::new();
    let mut rest = url;
    while let Some(c) = rest.chars().next() {
        let (decoded, length) = if c == '&' { reference(rest) } else { (c, c.len_utf8()) };
        rest = rest.get(length..).unwrap_or_default();
        if decoded > ' ' {
            head.push(decoded.to_ascii_lowercase());
        }
        if decoded == ':' || head.len() > 16 {
            break;
        }
    }
    let runs_code = |scheme: &&str| head.strip_suffix(':') == Some(*scheme);
    let found = ["javascript", "vbscript", "data"].into_iter().find(runs_code)?;
    let picture = rest.trim_start().get(..6).is_some_and(|kind| kind.eq_ignore_ascii_case("image/"))
        && !rest.to_ascii_lowercase().contains("svg");
    (found != "data" || !picture).then_some(found)
}

/// Decodes one character reference; what is none stays an ampersand.
fn reference(text: &str) -> (char, usize) {
    let body = text.get(1..).unwrap_or_default();
    let length = body.bytes().take(10).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    let name = body.get(..length).unwrap_or_default();
    let end = 1 + length + usize::from(body.as_bytes().get(length) == Some(&b';'));
    let number = match name.strip_prefix('#') {
        Some(hex) if hex.starts_with(['x', 'X']) => hex.get(1..).and_then(|hex| u32::from_str_radix(hex, 16).ok()),
        Some(decimal) => decimal.parse().ok(),
        None => match name.to_ascii_lowercase().as_str() {
            "colon" => Some(u32::from(':')),
            "tab" | "newline" => Some(u32::from('\t')),
            _ => None,
        },
    };
    number.and_then(char::from_u32).map_or(('&', 1), |c| (c, end))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{article, found};
    use super::Severity;
    use crate::text::TextModel;

    #[test]
    fn active_html_blocks() {
        for text in [
            "Hi <script>alert(1)</script> there.",
            "<SCRIPT src=x>\n",
            "<img src=x onerror=alert(1)>",
            "<a href=\"java\tscript:alert(1)\">x</a>",
            "<a href='&#106;avascript&colon;alert(1)'>x</a>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,AAAA)",
            "<iframe src=\"https://a.io\"></iframe>",
            "Hi <img alt=\">\" src=x onerror=alert(1)> there.",
            "Hi <b title='>' onclick=x>there</b>.",
            "See <a href=https:a.io>this</a>.",
            "<img src=\"https://a.io/t.png\">\n\nText.",
            "A <b style=\"background:url(//a.io)\">b</b>.",
        ] {
            assert!(found("html-safety", &article(text)).contains(&Severity::Block), "{text}");
        }
    }

    #[test]
    fn talking_about_it_is_fine() {
        for text in [
            "<svg/onload=alert(1)>",
            "Use `<script>` with care.",
            "The javascript: scheme, and on = off.",
            "A < b and c > d, \\<script\\>.",
            "```html\n<script>\n```\n\nText.",
            "[x](https://a.io/?javascript:x)",
        ] {
            assert_eq!(found("html-safety", &article(text)), [], "{text}");
            assert_eq!(found("raw-html", &article(text)), [], "{text}");
        }
    }

    #[test]
    fn monstrous_pages_block_and_cost_nothing() {
        for (text, expected) in [
            (">".repeat(50), 0),
            (">".repeat(51), 1),
            (">".repeat(60_000), 1),
            ("x<b>".repeat(500), 0),
            ("x<b>".repeat(501), 1),
        ] {
            assert_eq!(found("html-safety", &article(&format!("{text} end."))).len(), expected);
        }
    }

    #[test]
    fn harmless_raw_html_is_a_warning() {
        assert_eq!(found("raw-html", &article("A<br>b <b class=\"on\">c</b>.")), [Severity::Warn; 3]);
        assert_eq!(found("html-safety", &article("A<br>b <b class=\"on\">c</b>.")), []);
    }

    proptest::proptest! {
        #[test]
        fn text_without_raw_html_is_always_safe(text in "[ </a-c=\"'&#;:\n*_`\\[\\]()!|-]{0,60}") {
            let article = article(&text);
            if TextModel::parse(&text).raw_html().is_empty() {
                assert_eq!(found("html-safety", &article), [], "{text:?}");
            }
        }
    }
}
