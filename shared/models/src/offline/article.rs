//! The plan of an article: title, introduction, sections with paragraphs and lists, and the honest last line.

use super::{
    grammar::{self, Mention, Role},
    seed::Rng,
    subject::Subject,
    text::word_count,
    writer::{Place, Wish, Writer, capitalise},
};

/// The last paragraph of every article of the offline model.
pub(super) const DISCLOSURE: &str = "Sample text produced without a language model.";

/// Words of a usual section.
pub(super) const SECTION_WORDS: usize = 190;
/// With this much room left a sentence is chosen by its length.
pub(super) const TIGHT: usize = 30;
/// Room that no sentence fits into.
pub(super) const FULL: usize = 5;

const FIRST: [&[Role]; 3] = [
    &[Role::Opening, Role::Claim, Role::Reason, Role::Example],
    &[Role::Opening, Role::Reason, Role::Claim, Role::Caution],
    &[Role::Opening, Role::Claim, Role::Example],
];
const MIDDLE: [&[Role]; 5] = [
    &[Role::Claim, Role::Reason, Role::Example, Role::Caution],
    &[Role::Caution, Role::Reason, Role::Claim],
    &[Role::Example, Role::Claim, Role::Reason],
    &[Role::Claim, Role::Example, Role::Reason, Role::Caution],
    &[Role::Reason, Role::Caution, Role::Example, Role::Claim],
];
const ENDING: [&[Role]; 2] =
    [&[Role::Caution, Role::Reason, Role::Close, Role::Close], &[Role::Claim, Role::Example, Role::Close, Role::Close]];

/// Writes an article of `words` words.
pub(super) fn draft(rng: Rng, subject: &Subject, words: usize) -> String {
    let mut writer = Writer::new(rng, subject, words);
    title(&mut writer);
    let body_end = words.saturating_sub(word_count(DISCLOSURE));
    introduction(&mut writer, (words / 10).clamp(25, 60).min(words / 2));
    sections(&mut writer, body_end);
    writer.out.push_str(DISCLOSURE);
    writer.out.push('\n');
    writer.out
}

/// Writes the rest of an article that was begun elsewhere; to be appended to `so_far` as it stands.
pub(super) fn rest(rng: Rng, subject: &Subject, words: usize, so_far: &str) -> String {
    let mut writer = Writer::new(rng, subject, words);
    writer.remember(so_far);
    writer.words = word_count(so_far);
    join(&mut writer, so_far);
    let disclosed = so_far.contains(DISCLOSURE);
    let end = words.saturating_sub(if disclosed { 0 } else { word_count(DISCLOSURE) });
    // A section of fewer words would be little more than its heading.
    if end > writer.words + 25 {
        sections(&mut writer, end);
    }
    if !disclosed {
        writer.out.push_str(DISCLOSURE);
    }
    writer.out.push('\n');
    writer.out
}

/// Ends the sentence that `so_far` breaks off in, and the paragraph.
fn join(writer: &mut Writer<'_>, so_far: &str) {
    let text = so_far.trim_end();
    let heading = text.lines().next_back().is_some_and(|line| line.starts_with('#'));
    if !text.is_empty() && !heading && !text.ends_with(['.', '!', '?', ':', '`', '|', '>']) {
        writer.push(if text.len() < so_far.len() { "and so on." } else { " and so on." });
    }
    if !so_far.ends_with("\n\n") || !writer.out.is_empty() {
        writer.out.push_str("\n\n");
    }
}

fn title(writer: &mut Writer<'_>) {
    let subject = writer.subject;
    let mut title = subject.title.trim_end_matches(['.', ':', ',', ' ']).to_owned();
    capitalise(&mut title);
    writer.push("# ");
    writer.push(&title);
    writer.mentions.topic_named();
    let plain = !subject.question && !title.contains([':', '!', '?', '\\']) && title.chars().count() <= 40;
    if plain {
        writer.out.push_str(": ");
        let from = writer.out.len();
        writer.write(&Wish { pool: grammar::TITLE_POOL, ..line(Mention::Nothing, 0) });
        // What follows a colon goes on in lower case.
        if let Some(first) = writer.out.get_mut(from..=from) {
            first.make_ascii_lowercase();
        }
    }
    writer.out.push_str("\n\n");
}

/// A wish for a heading or an item; the pool is the caller's.
fn line(mention: Mention, keyword: usize) -> Wish {
    Wish { pool: 0, mention, keyword, ties: None, room: None, place: Place::Line }
}

/// The paragraph before the first section: names topic and first keyword, so that nobody asks what this is about.
fn introduction(writer: &mut Writer<'_>, words: usize) {
    let end = writer.words + words;
    let question = writer.subject.question && writer.subject.full != writer.subject.phrase;
    let pool = if question { grammar::INTRO_QUESTION_POOL } else { grammar::INTRO_STATEMENT_POOL };
    let mention = if writer.subject.full.contains(&writer.subject.phrase) { Mention::Topic } else { Mention::Nothing };
    let wish = Wish { pool, mention, keyword: 0, ties: None, room: None, place: Place::Prose };
    writer.write(&wish);
    let mut roles = [Role::Opening, Role::Claim, Role::Reason, Role::Claim, Role::Opening].into_iter();
    if mention == Mention::Nothing {
        writer.out.push(' ');
        sentence(writer, Role::Opening, Some((Mention::Topic, 0)), None);
    }
    if let Some(keyword) = writer.mentions.leading() {
        writer.out.push(' ');
        sentence(writer, Role::Opening, Some((Mention::Keyword, keyword)), None);
        roles.next();
    }
    while end > writer.words + FULL {
        let Some(role) = roles.next() else { break };
        writer.out.push(' ');
        sentence(writer, role, Some((Mention::Nothing, 0)), room(end - writer.words));
    }
    writer.out.push_str("\n\n");
}

fn sections(writer: &mut Writer<'_>, end: usize) {
    let start = writer.words;
    let total = end.saturating_sub(start);
    let count = ((total + SECTION_WORDS / 2) / SECTION_WORDS).max(if total < 120 { 1 } else { 2 });
    for at in 0..count {
        let last = at + 1 == count;
        heading(writer, at, last);
        section(writer, start + total * (at + 1) / count, at % 3 == 1 || count == 1, last);
    }
}

/// Every other heading names the topic; the others name the first keyword, or nothing.
pub(super) fn heading(writer: &mut Writer<'_>, at: usize, last: bool) {
    writer.push("## ");
    let topic = at.is_multiple_of(2);
    let keyword = writer.mentions.leading().filter(|_| !topic && !last);
    let (mention, keyword) = match (topic, keyword) {
        (true, _) => (Mention::Topic, 0),
        (false, Some(keyword)) => (Mention::Keyword, keyword),
        (false, None) => (Mention::Nothing, 0),
    };
    let first = if last { grammar::END_HEADING_POOL } else { grammar::HEADING_POOL };
    writer.write(&Wish { pool: first + mention as usize, ..line(mention, keyword) });
    writer.out.push_str("\n\n");
}

/// A section's text up to `end` words of the whole.
pub(super) fn section(writer: &mut Writer<'_>, end: usize, with_list: bool, last: bool) {
    let from = writer.rng.below(FIRST.len());
    paragraph(writer, FIRST[from], end);
    if with_list && end > writer.words + 60 {
        list(writer);
    }
    let shapes: &[&[Role]] = if last { &ENDING } else { &MIDDLE };
    let mut at = writer.rng.below(shapes.len());
    while end > writer.words + FULL {
        paragraph(writer, shapes[at % shapes.len()], end);
        at += 1;
    }
}

/// A paragraph of the roles' sentences, ended early when the section is full and late when little would be left.
fn paragraph(writer: &mut Writer<'_>, roles: &[Role], end: usize) {
    let mut written = 0;
    while end > writer.words + FULL && written < 6 {
        let left = end - writer.words;
        let role = match roles.get(written) {
            Some(role) => *role,
            None if left < 18 => Role::Claim,
            None => break,
        };
        if written > 0 {
            writer.out.push(' ');
        }
        sentence(writer, role, None, room(left));
        written += 1;
    }
    if written > 0 {
        writer.out.push_str("\n\n");
    }
}

fn room(left: usize) -> Option<usize> {
    (left <= TIGHT).then_some(left)
}

/// A sentence of a role; without a mention given, of what is due.
pub(super) fn sentence(writer: &mut Writer<'_>, role: Role, mention: Option<(Mention, usize)>, room: Option<usize>) {
    let short = mention.is_none() && room.is_some_and(|room| room < 9);
    let (mention, keyword) = match mention {
        Some(mention) => mention,
        None if short => (Mention::Nothing, 0),
        None => writer.mentions.due(writer.words),
    };
    let pool = if short { grammar::SHORT_POOL } else { grammar::pool(role, mention) };
    let ties = Some(role).filter(|_| !short);
    writer.write(&Wish { pool, mention, keyword, ties, room, place: Place::Prose });
}

fn list(writer: &mut Writer<'_>) {
    let lead_in = Wish { pool: grammar::LEAD_IN_POOL, place: Place::Prose, ..line(Mention::Nothing, 0) };
    writer.write(&lead_in);
    writer.out.push_str("\n\n");
    for _ in 0..3 + writer.rng.below(2) {
        writer.out.push_str("- ");
        writer.write(&Wish { pool: grammar::ITEM_POOL, ..line(Mention::Nothing, 0) });
        writer.out.push('\n');
    }
    writer.out.push('\n');
}
