//! The sentence patterns of the offline model, by rhetorical role and by what they mention.
//!
//! `{x}` and its like are slots: a letter of [`super::words::List`], or `{t}` the topic, `{k}` a keyword, `{f}` the whole
//! topic as asked. Rules for whoever edits them: runs of fixed words between two slots stay at four or less, so that two
//! articles share few five-word shingles; `{t}` and `{k}` may be singular or plural, so they never govern a verb that
//! agrees (only a modal one); sentences start in lower case, because a connective may come before them; a leading `!`
//! forbids that; active voice; no figures, quotes, links or claims of fact. A change is a change of the output and needs
//! a new model name.

/// What a sentence does in its paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Opens a section.
    Opening,
    /// Says something.
    Claim,
    /// Says why.
    Reason,
    /// Shows it.
    Example,
    /// Warns.
    Caution,
    /// Rounds off.
    Close,
}

/// What a sentence mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mention {
    /// Neither topic nor keyword.
    Nothing,
    /// The topic.
    Topic,
    /// A keyword.
    Keyword,
}

/// Every pool, so that decks are made and tests run over all of them; [`pool`] gives the index of a sentence pool.
pub(super) const POOLS: [&[&str]; 29] = [
    OPENING,
    OPENING_TOPIC,
    OPENING_KEYWORD,
    CLAIM,
    CLAIM_TOPIC,
    CLAIM_KEYWORD,
    REASON,
    REASON_TOPIC,
    REASON_KEYWORD,
    EXAMPLE,
    EXAMPLE_TOPIC,
    EXAMPLE_KEYWORD,
    CAUTION,
    CAUTION_TOPIC,
    CAUTION_KEYWORD,
    CLOSE,
    CLOSE_TOPIC,
    CLOSE_KEYWORD,
    INTRO_STATEMENT,
    INTRO_QUESTION,
    SHORT,
    LEAD_IN,
    ITEM,
    HEADING,
    HEADING_TOPIC,
    HEADING_KEYWORD,
    END_HEADING,
    END_HEADING_TOPIC,
    TITLE,
];

/// The pool of a role and a mention.
pub(super) fn pool(role: Role, mention: Mention) -> usize {
    role as usize * 3 + mention as usize
}

/// First sentence of an article on a topic that is no question.
pub(super) const INTRO_STATEMENT_POOL: usize = 18;
/// First sentence of an article on a question.
pub(super) const INTRO_QUESTION_POOL: usize = 19;
/// Sentences of a few words, to end a section exactly.
pub(super) const SHORT_POOL: usize = 20;
/// Sentences before a list.
pub(super) const LEAD_IN_POOL: usize = 21;
/// List items.
pub(super) const ITEM_POOL: usize = 22;
/// Headings that mention nothing; then come those with the topic and those with a keyword.
pub(super) const HEADING_POOL: usize = 23;
/// Headings of the last section; then those with the topic.
pub(super) const END_HEADING_POOL: usize = 26;
/// What follows the topic in the title.
pub(super) const TITLE_POOL: usize = 28;

/// Words that tie a sentence to the one before it.
pub(super) fn connectives(role: Role) -> &'static [&'static str] {
    match role {
        Role::Opening => &["To begin with,", "At first,", "In general,", "For now,", "As a rule,", "On the whole,"],
        Role::Claim => &["In other words,", "Above all,", "As a rule,", "Indeed,", "In any case,", "In time,", "Also,"],
        Role::Reason => &["As a result,", "After all,", "For this reason,", "In turn,", "Therefore,", "In that case,"],
        Role::Example => &["For example,", "For instance,", "In particular,", "Similarly,", "Instead,", "Meanwhile,"],
        Role::Caution => &["However,", "Still,", "Even so,", "On the other hand,", "Otherwise,", "At the same time,"],
        Role::Close => &["Finally,", "To sum up,", "In the end,", "In short,", "In the long run,", "Overall,"],
    }
}

const OPENING: &[&str] = &[
    "{w} often start with {a} {p} and {j} {p}.",
    "every {a} {n} begins with {a} {p} and some {b}.",
    "it helps to {v} the {n} {x}, before {w} ask for {p}.",
    "many {w} {v} their {p} {x} and {v} the {n} {d}.",
    "{p} can look {j} until {w} {v} them {d}.",
    "this part links {a} {p} with the {n} that {w} share.",
    "!before {w} {v} a {n}, they need {b} and {a} {p}.",
    "!when {p} feel {j}, a {a} {n} {h} {b}.",
    "think of the {n} as a {a} {n} for {w}.",
    "start with the {n} that {w} already {v} {x}.",
    "behind every {j} {n} stands a {a} {n}.",
    "{b} rarely comes from {j} {p}, so {v} the {n} {d}.",
    "new {p} feel {j} while {w} still {v} the {n}.",
    "let the {n} stay {a} while {w} {v} {p} {x}.",
];

const OPENING_TOPIC: &[&str] = &[
    "{w} who are new to {t} need {a} {p}.",
    "a first look at {t} {m} feel {j}, yet {a} {p} help.",
    "people come to {t} with {a} {p} and {j} {p}.",
    "this sample looks at {t} through {a} {p}.",
    "good work on {t} starts with a {a} {n}.",
    "many questions about {t} come from {w} {x}.",
    "talk about {t} often begins {x} with {a} {p}.",
    "{t} can seem {j} until {w} {v} a {n}.",
];

const OPENING_KEYWORD: &[&str] = &[
    "questions about {k} belong here too, since {w} {v} {p}.",
    "{w} often link {k} with {a} {p}.",
    "a word on {k} can help {w} {v} the {n}.",
    "talk of {k} brings {a} {p} to mind.",
    "{k} will come up when {w} {v} a {n}.",
];

const CLAIM: &[&str] = &[
    "a {a} {n} {h} {b} when {w} {v} it {d}.",
    "{w} who {v} their {p} {x} tend to find {b}.",
    "the {a} {n} beats the {j} {n}, because it {h} {b}.",
    "good {p} {e} {b}, and {w} notice that {x}.",
    "clear words turn a {j} {n} into {a} {p}.",
    "{a} {p} and {b} go well together {x}.",
    "{w} {m} {v} the {n} without {z}.",
    "you {m} {v} a {n} {x} and still keep {b}.",
    "a {n} works well when its {p} stay {a}.",
    "{b} grows where {w} {v} {a} {p} {d}.",
    "the {n} needs {b} as much as {a} {p}.",
    "{w} gain {b} when the {n} stays {a}.",
    "{a} {p} leave {w} more room for {b}.",
    "your {n} deserves a {a} {n} and some {b}.",
    "it takes {b} to {v} {a} {p} {x}.",
    "both {b} and {b} help {w} {v} the {n}.",
];

const CLAIM_TOPIC: &[&str] = &[
    "a {a} {n} for {t} {h} {b} and {b}.",
    "with {t}, {a} {p} matter more than {j} {p}.",
    "{w} {m} find {b} in {t} when they {v} {p} {d}.",
    "{t} can bring {b} to {w} who {v} a {n}.",
    "success with {t} rests on {a} {p} and {b}.",
    "the {n} behind {t} should stay {a} and {a}.",
    "anyone can approach {t} with a {a} {n}.",
];

const CLAIM_KEYWORD: &[&str] = &[
    "a {a} {n} leaves room for {k} and {b}.",
    "notes on {k} {m} improve a {j} {n}.",
    "{k} can support a {a} {n} {x}.",
    "attention to {k} {h} {b} {x}.",
    "{w} who think about {k} {v} {p} {d}.",
    "the {n} should mention {k} {x}.",
];

const REASON: &[&str] = &[
    "!that matters because {j} {p} drain {b}.",
    "!this works because {w} {v} the {n} {x}.",
    "{w} trust a {n} when they {v} it {d}.",
    "{z} fade when {w} {v} the {n} {d}.",
    "a {j} {n} costs {w} their {b}, so {v} it {x}.",
    "!without {b}, even {a} {p} turn {j}.",
    "{b} gives {w} the nerve to {v} {j} {p}.",
    "!since {p} change {x}, the {n} should stay {a}.",
    "!because {w} {v} {p} {d}, the {n} {h} {b}.",
    "people remember {a} {p} and forget {j} {p}.",
    "a {n} that stays {a} leaves less room for {z}.",
    "!once {w} see the {n}, they can {v} the {p} {d}.",
    "{a} {p} make a {j} {n} feel {a}.",
    "{w} save {b} while they {v} {p} {x}.",
    "the {n} {h} {b}, so {w} {v} it {d}.",
];

const REASON_TOPIC: &[&str] = &[
    "{t} will ask for {b}, so {v} the {n} {x}.",
    "!because {t} may touch many {p}, {w} need a {a} {n}.",
    "{w} return to {t} when the {n} {h} {b}.",
    "interest in {t} grows where {p} stay {a}.",
    "thoughts about {t} settle once {w} {v} the {p}.",
    "a {j} {n} keeps {w} away from {t} {x}.",
];

const REASON_KEYWORD: &[&str] = &[
    "!since {k} may shape the {n}, {w} {v} it {d}.",
    "{k} can add {b}, which keeps the {p} {a}.",
    "thinking about {k} helps {w} {v} their {p}.",
    "!that is why {k} should sit near the {n}.",
    "!because of {k}, {w} {v} the {n} {x}.",
];

const EXAMPLE: &[&str] = &[
    "picture {w} who {v} a {j} {n} {x}.",
    "imagine a {a} {n} that {w} {v} {d}.",
    "take a {a} {n} that {w} {v} {x} to gain {b}.",
    "{w} might {v} the {p} {x}, then {v} the {n}.",
    "a {a} {n} on the wall reminds {w} to {v} {p}.",
    "some {w} {v} {a} {p} {x} and enjoy the {b}.",
    "a friend may {v} the {n} {d} and spot {z}.",
    "{w} could swap a {j} {n} for {a} {p}.",
    "suppose the {n} looks {j} {x}, so {w} {v} it.",
    "say {w} {v} {p} {d} while others {v} the {n}.",
    "write down the {p}, then {v} the {a} {n} {x}.",
    "try a {a} {n} {x} and {v} the {p} {d}.",
    "{w} can {v} a {n} {d}, although {p} look {j}.",
    "set the {n} beside the {p} and {v} both {d}.",
];

const EXAMPLE_TOPIC: &[&str] = &[
    "{w} could {v} a {n} about {t} {x}.",
    "picture a {a} {n} for {t} that {w} {v} {d}.",
    "try to explain {t} {x} with {a} {p}.",
    "a group that cares about {t} might {v} its {p} {x}.",
    "ask {w} about {t} and {v} their {p} {d}.",
    "put {t} at the top of a {a} {n} {x}.",
];

const EXAMPLE_KEYWORD: &[&str] = &[
    "{w} might discuss {k} {x} and {v} a {n}.",
    "add {k} to a {a} {n} and {v} it {d}.",
    "look at {k} {x}, then {v} the {p}.",
    "a {n} about {k} gives {w} {a} {p}.",
    "compare {k} with a {n} that {w} {v} {d}.",
];

const CAUTION: &[&str] = &[
    "{j} {p} can hide {z} until {w} {v} them.",
    "watch for {z} when {w} {v} a {n} {d}.",
    "a {j} {n} {m} bring {z} {x}.",
    "avoid {j} {p} unless {w} agree to {v} them {d}.",
    "{w} lose {b} when the {n} grows {j}.",
    "do not {v} the {n} {x} if {p} feel {j}.",
    "{z} often follow when {w} {v} {p} too fast.",
    "too many {p} make a {a} {n} feel {j}.",
    "{b} can slip away while {w} {v} {j} {p}.",
    "no {n} removes all {z}, so keep {b} close.",
    "!if the {n} turns {j}, pause and {v} the {p}.",
    "beware of {p} that look {a} but bring {z}.",
    "{z} cost {b}, though a {a} {n} can help.",
    "a {n} with {j} {p} asks too much of {w}.",
    "{a} {p} cannot prevent {z} if the {n} stays {j}.",
];

const CAUTION_TOPIC: &[&str] = &[
    "{t} can turn {j} when {w} {v} {p} too late.",
    "with {t}, {z} tend to hide behind {j} {p}.",
    "{j} {p} make {t} seem {j}, so {v} the {n}.",
    "do not let {z} push {t} off the {n}.",
    "claims about {t} need sources, so {v} each {n} {d}.",
    "be wary of {z} around {t} {x}.",
];

const CAUTION_KEYWORD: &[&str] = &[
    "{k} can feel {j} if {w} {v} the {p} {d}.",
    "do not treat {k} as a {j} {n}.",
    "too much talk about {k} can cause {z}.",
    "check any claim about {k} before {w} {v} the {n}.",
    "!without {k}, the {n} {m} look {j}.",
];

const CLOSE: &[&str] = &[
    "{v} the {n} {d}, and let {b} follow.",
    "keep the {p} {a} and the {n} {a}.",
    "{w} who {v} {a} {p} {d} will find {b}.",
    "a {a} {n} {x} is enough to start.",
    "pick a {a} {n}, {v} it {x}, and rest.",
    "let {b} guide the {n} while {w} {v} the {p}.",
    "small gains count, so {v} the {n} {d}.",
    "return to the {n} {x} and {v} the {p} {d}.",
    "end with a {a} {n} that {w} can {v}.",
    "with {b} and {a} {p}, the {n} stays {a}.",
    "nobody needs a {j} {n} to gain {b}.",
    "leave time to {v} the {p} before {z} grow.",
    "thank the {w} who {v} the {n} {x}.",
];

const CLOSE_TOPIC: &[&str] = &[
    "{t} will reward {w} who {v} {a} {p}.",
    "come back to {t} {x} with a {a} {n}.",
    "your next step with {t} can stay {a} {x}.",
    "keep {t} on a {a} {n} and protect {b}.",
    "treat {t} as a {n} that {w} {v} {d}.",
    "give {t} some {b} and a {a} {n} {x}.",
];

const CLOSE_KEYWORD: &[&str] = &[
    "keep {k} in view while you {v} the {n}.",
    "leave room for {k} and some {b} {x}.",
    "{k} can wait until the {p} feel {a}.",
    "let {k} guide a {a} {n} {x}.",
    "take {k} along when {w} {v} the {p}.",
];

const INTRO_STATEMENT: &[&str] = &[
    "!these pages look at {f}, with {a} {p} for {w}.",
    "!welcome to a {a} tour of {f} for {w}.",
    "!this sample text is about {f} and the {p} around it.",
    "!{w} come to {f} with {a} {p} and {a} hopes.",
    "!here {w} meet {f} through {a} {p}.",
    "!our subject is {f}, seen {x} by {w}.",
    "!a {a} way into {f} is to {v} {p} {x}.",
    "!thinking about {f} {x} can bring {b} to {w}.",
];

const INTRO_QUESTION: &[&str] = &[
    "!{w} sometimes ask a {a} question: {f}?",
    "!the question for {w} is {a}: {f}?",
    "!over time {w} may well ask: {f}?",
    "!a {a} {n} can start with a question: {f}?",
];

const SHORT: &[&str] = &[
    "{v} the {a} {n} {d}.",
    "let {b} grow {x}.",
    "{a} {p} help {w}.",
    "rest {x} and {v} {p} {d}.",
    "give the {n} time.",
    "{w} value {a} {p}.",
    "you can {v} the {n} {x}.",
];

const LEAD_IN: &[&str] = &[
    "a short list helps {w} {v} the {n}.",
    "these {p} {m} help {w} {x}.",
    "{w} can use {a} {p} like these.",
    "try the {p} below {x}.",
    "the list below keeps the {n} {a}.",
    "some {a} {p} to {v} {x} follow.",
    "next come {a} {p} for {w}.",
];

const ITEM: &[&str] = &[
    "{v} the {n} {x}.",
    "ask {w} to {v} the {p}.",
    "keep a {a} {n} {x}.",
    "{v} {a} {p} {d}.",
    "swap {j} {p} for {a} {p}.",
    "leave room for {b} {x}.",
    "share the {n} with {w} {x}.",
    "note any {z} and {v} the {n}.",
    "pause when {p} feel {j}.",
    "give {w} time to {v} the {n}.",
    "put {a} {p} next to the {n}.",
    "save some {b} for {j} {p}.",
];

const HEADING: &[&str] = &[
    "{v} the {n} {x}",
    "a {a} {n} for {w}",
    "when {p} feel {j}",
    "how {w} {v} {p}",
    "from {j} {p} to {b}",
    "the {n} behind the {n}",
    "{b} and {a} {p}",
    "why {a} {p} matter",
    "room for {b} {x}",
    "what {w} can {v}",
    "fewer {z}, more {b}",
];

const HEADING_TOPIC: &[&str] = &[
    "how to begin with {t}",
    "what to know about {t}",
    "{w} and {t}",
    "a {a} start with {t}",
    "making room for {t}",
    "{a} {p} for {t}",
    "questions to ask about {t}",
    "planning for {t} {x}",
    "a {a} {n} for {t}",
    "how {w} approach {t}",
    "what {t} {m} ask of {w}",
    "talking about {t} {x}",
    "the {a} side of {t}",
    "where {t} {m} bring {b}",
    "finding {b} in {t}",
];

const HEADING_KEYWORD: &[&str] = &[
    "where {k} can help",
    "a {a} look at {k}",
    "room for {k} {x}",
    "what {k} can add",
    "notes on {k} for {w}",
    "{k} and {b}",
    "keeping {k} in view",
    "how {w} see {k}",
];

const END_HEADING: &[&str] = &[
    "next steps for {w}",
    "what to {v} next",
    "a {a} {n} to end with",
    "carry {b} forward {x}",
    "where {w} go from here",
];

const END_HEADING_TOPIC: &[&str] = &[
    "next steps with {t}",
    "taking {t} further {x}",
    "a {a} farewell to {t}",
    "keeping {t} {a}",
    "what to {v} next in {t}",
];

const TITLE: &[&str] = &[
    "a {a} {n} for {w}",
    "{a} {p} for {w}",
    "what {w} can {v}",
    "a {a} look {x}",
    "finding {b} {x}",
    "from {j} {p} to {b}",
    "{a} {p} and {b}",
    "how {w} find {b}",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::words::List;

    /// The literal parts of a pattern between its slots.
    fn literals(pattern: &str) -> Vec<&str> {
        pattern
            .trim_start_matches('!')
            .split('{')
            .map(|part| part.split_once('}').map_or(part, |(_, rest)| rest))
            .collect()
    }

    #[test]
    fn fixed_runs_between_slots_stay_short() {
        for pattern in POOLS.iter().copied().flatten() {
            for literal in literals(pattern) {
                assert!(literal.split_whitespace().filter(|word| *word != ".").count() <= 5, "{pattern}");
            }
        }
    }

    #[test]
    fn every_slot_is_known_and_every_list_has_variety() {
        for pattern in POOLS.iter().copied().flatten() {
            for slot in pattern.split('{').skip(1) {
                let (letter, _) = slot.split_once('}').unwrap();
                assert!(letter.len() == 1, "{pattern}");
                assert!(matches!(letter, "t" | "k" | "f") || List::of(letter.as_bytes()[0]).is_some(), "{pattern}");
            }
        }
        for list in List::ALL {
            let words = list.words();
            assert_eq!(words.iter().collect::<std::collections::BTreeSet<_>>().len(), words.len(), "{list:?}");
            assert!(words.len() >= 20 || list == List::Modal);
            assert!(words.iter().all(|word| word.split(' ').count() <= 4 && !word.contains(['-', '\'', '.'])));
            assert!(words.iter().all(|word| !word.contains(|c: char| c.is_numeric())));
        }
    }

    #[test]
    fn there_is_breadth_in_every_role() {
        let sentences: usize = POOLS[..18].iter().map(|pool| pool.len()).sum();
        assert!(sentences >= 120, "{sentences}");
        for role in [Role::Opening, Role::Claim, Role::Reason, Role::Example, Role::Caution, Role::Close] {
            let [nothing, topic, keyword] =
                [Mention::Nothing, Mention::Topic, Mention::Keyword].map(|mention| POOLS[pool(role, mention)]);
            assert!(nothing.len() >= 12 && topic.len() >= 6 && keyword.len() >= 5, "{role:?}");
            assert!(topic.iter().all(|pattern| pattern.contains("{t}")), "{role:?}");
            assert!(keyword.iter().all(|pattern| pattern.contains("{k}")), "{role:?}");
            assert!(nothing.iter().all(|pattern| !pattern.contains("{t}") && !pattern.contains("{k}")), "{role:?}");
        }
        assert!(
            POOLS[HEADING_POOL + 1].iter().chain(POOLS[END_HEADING_POOL + 1]).all(|heading| heading.contains("{t}"))
        );
        assert!(POOLS[HEADING_POOL + 2].iter().all(|heading| heading.contains("{k}")));
    }

    #[test]
    fn sentences_are_one_sentence() {
        for pattern in POOLS[..HEADING_POOL].iter().copied().flatten() {
            assert!(pattern.ends_with('.') || pattern.ends_with('?'), "{pattern}");
            assert_eq!(
                pattern.matches(['.', '!', '?']).count() - usize::from(pattern.starts_with('!')),
                1,
                "{pattern}"
            );
            assert!(!pattern.contains("  ") && !pattern.contains(['"', '#', '*', '[', '<']), "{pattern}");
        }
    }
}
