"""Articles that pass review: plain sentences from a small grammar, the same for the same topic and length."""

import random

PATTERNS = (
    "With {t}, {a} {n} come first and {a} {n} follow.",
    "Few {w} {v} their {n} before the first {a} test.",
    "Good {n} make {t} easier for {w}.",
    "Most {w} begin with {a} {n}.",
    "When {n} change, {w} {v} the {n} again.",
    "A {a} plan helps {w} to {v} {n} in time.",
    "So the {n} stay {a}.",
    "Many {w} {v} {n} once a week and write down the results.",
    "Because {t} depends on {n}, careful {w} keep {a} records.",
    "Later, the same {w} {v} the {a} {n} with less effort.",
    "Still, {a} {n} need a second look.",
    "Every {a} team can {v} its {n} in small steps.",
    "However, some {w} never {v} their {n}.",
    "For example, {a} {w} {v} {n} on a quiet day.",
    "Nothing replaces {a} {n} when the {w} disagree.",
    "Then {w} compare {n} with {n}.",
)
WORDS = {
    "a": "clear small honest recent useful simple steady local patient modest early practical cheap lasting".split(),
    "n": "costs notes limits habits tools results figures examples questions plans sources methods errors reports "
    "samples goals".split(),
    "v": "check measure review test compare sort repair share collect explain simplify question".split(),
    "w": "readers beginners teams owners engineers editors planners teachers buyers neighbours".split(),
}
HEADINGS = (
    "First steps",
    "Costs and limits",
    "Common errors",
    "Useful habits",
    "Good tools",
    "Clear results",
    "Open questions",
    "Small plans",
    "Honest figures",
    "Recent examples",
)
SECTION = 200
PARAGRAPH = 50


def article(topic: str, words: int) -> str:
    """A Markdown article about `topic` of about `words` words."""
    rng = random.Random(topic)
    sections = max(1, round(words / SECTION))
    seen: set[str] = set()
    parts = [f"# {topic[:1].upper()}{topic[1:]}"]
    for index in range(sections):
        parts.append(f"## {HEADINGS[index % len(HEADINGS)]}")
        share = words // sections - len(parts[-1].split()) - (len(topic.split()) if index == 0 else 0)
        parts.extend(_paragraphs(topic, share, rng, seen))
    return "\n\n".join(parts) + "\n"


def _paragraphs(topic: str, words: int, rng: random.Random, seen: set[str]) -> list[str]:
    paragraphs: list[list[str]] = [[]]
    written = 0
    while written < words - 5:
        if sum(len(sentence.split()) for sentence in paragraphs[-1]) >= PARAGRAPH:
            paragraphs.append([])
        sentence = _sentence(topic, rng, seen)
        paragraphs[-1].append(sentence)
        written += len(sentence.split())
    return [" ".join(sentences) for sentences in paragraphs]


def _sentence(topic: str, rng: random.Random, seen: set[str]) -> str:
    """A sentence that was not written before and does not open like the one before it."""
    while True:
        pattern = PATTERNS[2] if not seen else rng.choice(PATTERNS)
        sentence = pattern.replace("{t}", topic)
        while "{" in sentence:
            slot = sentence[sentence.index("{") + 1]
            sentence = sentence.replace("{" + slot + "}", rng.choice(WORDS[slot]), 1)
        opening = "opening:" + sentence.split()[0]
        if sentence not in seen and opening not in seen:
            seen.difference_update([entry for entry in seen if entry.startswith("opening:")])
            seen.update((sentence, opening))
            return sentence
