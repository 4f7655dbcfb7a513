"""Articles that pass review: plain sentences from a small grammar, the same for the same topic and length."""

import json
import random
from pathlib import Path

GRAMMAR = json.loads((Path(__file__).parents[2] / "shared/testkit/src/model/article.json").read_text())
PATTERNS, WORDS, HEADINGS = GRAMMAR["patterns"], GRAMMAR["words"], GRAMMAR["headings"]
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
