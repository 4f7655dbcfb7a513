//! The task `refine`: an article edited by rules to a tone, an audience, a length and the findings of a review.
//!
//! In this order: outline and repetitions, findings, keywords, audience, tone, length. New sentences come from the grammar
//! of the drafts, so they claim nothing either.

mod document;
mod fit;
mod input;
mod mend;
mod name;
mod outline;
mod sentences;
mod tone;
mod voice;

use serde_json::Value;

use self::{
    document::{Block, Document},
    input::RefineInput,
    sentences::{mentions, plain_words},
    voice::Voice,
};
use super::{
    NAME,
    article::{self, DISCLOSURE},
    grammar::{Mention, Role},
    seed::Rng,
    subject::{Subject, asked_keyword},
    task::DraftInput,
    text::word_count,
    writer::Writer,
};

/// The article of the input, rewritten.
pub(super) fn refine(value: &Value) -> Result<String, String> {
    let input = RefineInput::read(value)?;
    let seed = input::seed(value);
    let mut document = Document::parse(input.markdown);
    outline::mend(&mut document, input.title);
    let title = outline::title(&document);
    let subject = subject(&title, &input);
    let mut work = Work::new(document, &subject, &input, &seed);
    work.divide();
    work.mend(&input.findings);
    work.name_keywords();
    work.address(input.audience);
    work.speak();
    work.fit();
    Ok(format!("{}\n\n{DISCLOSURE}\n", work.document.render()))
}

/// What the article is about: its title up to the colon, and the keywords.
fn subject(title: &str, input: &RefineInput<'_>) -> Subject {
    let topic = title.split(": ").next().unwrap_or(title);
    let topic = topic.replace('\\', "");
    let keywords = input.keywords.clone();
    Subject::of(&DraftInput { topic: &topic, word_count: input.words_max, context: "", keywords, sources: Vec::new() })
}

/// An article being rewritten.
struct Work<'a> {
    document: Document,
    subject: &'a Subject,
    writer: Writer<'a>,
    voice: Voice,
    /// Words it should have, without the disclosure.
    min: usize,
    max: usize,
}

impl<'a> Work<'a> {
    fn new(document: Document, subject: &'a Subject, input: &RefineInput<'_>, seed: &Value) -> Self {
        let text = document.render();
        let mut writer = Writer::new(Rng::new(NAME, "refine", seed), subject, input.words_max);
        writer.remember(&text);
        writer.words = document.words();
        // What the article names already counts, so that new sentences do not name it too often.
        let named = [(&subject.phrase, Mention::Topic)].into_iter();
        let leading = subject.keywords.first().filter(|_| subject.asked > 0).map(|word| (word, Mention::Keyword));
        for (phrase, mention) in named.chain(leading) {
            (0..mentions(&text, &plain_words(phrase))).for_each(|_| writer.mentions.count(mention, 0));
        }
        let avoided = input.findings.iter().filter(|finding| finding.check == "banned-phrase");
        let avoided: Vec<String> = avoided.filter_map(|finding| finding.excerpt.map(str::to_lowercase)).collect();
        let named = subject.keywords.iter().chain([&subject.phrase, &subject.title]).cloned();
        let protected: Vec<String> = named.chain(input.audience.map(name::readers)).collect();
        let voice = Voice::new(tone::of(input.tone), Rng::new(NAME, "refine-tone", seed), &protected, &avoided);
        let disclosure = word_count(DISCLOSURE);
        let min = input.words_min.saturating_sub(disclosure);
        Self { document, subject, writer, voice, min, max: input.words_max.saturating_sub(disclosure).max(1) }
    }

    /// A new sentence in the tone.
    fn sentence(&mut self, role: Role, mention: Option<(Mention, usize)>, room: Option<usize>) -> String {
        self.writer.out.clear();
        article::sentence(&mut self.writer, role, mention, room);
        self.voice.say(&self.writer.out)
    }

    /// A new heading of the second level.
    fn heading(&mut self, at: usize) -> Block {
        self.writer.out.clear();
        article::heading(&mut self.writer, at, false);
        Block::Heading(2, self.writer.out.trim().trim_start_matches('#').trim().to_owned())
    }

    /// Gives the article its tone, sentence by sentence; the title stays.
    fn speak(&mut self) {
        let mut first = true;
        for block in &mut self.document.blocks {
            speak(block, &mut self.voice, &mut first);
        }
    }
}

/// Gives a block its tone. The article's first sentence is not opened.
fn speak(block: &mut Block, voice: &mut Voice, first: &mut bool) {
    match block {
        Block::Heading(2.., text) => *text = voice.say(text),
        Block::Items(lines) => {
            for line in lines {
                let (mark, text) = line.split_at(2);
                *line = format!("{mark}{}", voice.say(text));
            }
        }
        Block::Prose(sentences) => {
            for sentence in sentences {
                let said = voice.say(sentence);
                let opened = if *first { None } else { voice.reopen(&said).or_else(|| voice.open(&said)) };
                *sentence = opened.unwrap_or(said);
                *first = false;
            }
        }
        Block::Heading(..) | Block::Other(_) => {}
    }
}
