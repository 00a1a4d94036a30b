"""The words that set a group of questions apart: class-based TF-IDF (Grootendorst, BERTopic, 2022)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from core.text import content_words, is_number, tokens, unit

MOST_WORDS = 8
_COUNTED = frozenset({"rep", "set"})
"""Units that questions are about; grams and weeks say nothing of a topic."""
_FILLER = content_words(
    """
    not need want get got make good best better well much long often tell know please help thing way start begin use
    just really very too more less try work go going take give let happen happens explain mean possible right really
    could would thanks hello hi okay ok let's i'm i've i'd i'll it's that's what's don't again still only even
    something anything someone anyone people person question answer why where was were who through yet away
    after before during between other without see
    """
)
Term = tuple[str, ...]
"""One stem, or two that stand side by side."""


def class_words(
    texts: Sequence[str], groups: Sequence[int], users: Sequence[str] | None = None, *, least_users: int = 1
) -> dict[int, tuple[str, ...]]:
    """Return for each group up to eight words (or pairs of words) that set it apart, the most telling first.

    A term counts once a text. Its weight is its share of the group's terms times log(1 + A / f), where f is how often
    all groups use it and A the mean number of terms a group.

    Parameters
    ----------
    texts, groups : sequences of equal length
        Questions, each with its group; a negative group is used for comparison and gets no words.
    users : sequence of str, or None
        Who asked each; needed for `least_users`.
    least_users : int
        A word that fewer users said in the group is not shown, so that nobody's own words are.
    """
    counts: dict[int, Counter[Term]] = defaultdict(Counter)
    said: dict[tuple[int, Term], set[str]] = defaultdict(set)
    written: dict[Term, Counter[str]] = defaultdict(Counter)
    who = users if users is not None else [str(number) for number in range(len(texts))]
    for text, group, user in zip(texts, groups, who, strict=True):
        for term, surface in _terms(text).items():
            counts[group][term] += 1
            said[group, term].add(user)
            written[term][surface] += 1
    overall: Counter[Term] = Counter()
    for own in counts.values():
        overall.update(own)
    mean = overall.total() / max(1, len(counts))
    result = {}
    for group in sorted(set(groups)):
        if group >= 0:
            shown = {term: n for term, n in counts[group].items() if len(said[group, term]) >= least_users}
            ranked = sorted(shown, key=lambda term: (-shown[term] * math.log(1 + mean / overall[term]), term))
            result[group] = tuple(written[term].most_common(1)[0][0] for term in _apart(ranked, shown))
    return result


def topic_name(words: Sequence[str], taken: Iterable[str] = ()) -> str:
    """Return a name of a few words that is not taken.

    >>> topic_name(["squat", "lunges", "knee"]), topic_name(["squat", "lunges"], ["Squat and lunges"]), topic_name([])
    ('Squat and lunges', 'Squat and lunges (2)', 'Other')
    """
    names = set(taken)
    for said in (words[:2], words[:3]):
        name = " and ".join(filter(None, [", ".join(said[:-1]), *said[-1:]])) or "Other"
        name = name[:1].upper() + name[1:]
        if name not in names:
            return name
    return next(full for number in range(2, len(names) + 3) if (full := f"{name} ({number})") not in names)


def _apart(ranked: Iterable[Term], counts: dict[Term, int]) -> list[Term]:
    """Keep one of "knee", "pain" and "knee pain": the pair where it is most of its words, else the words."""
    kept: list[Term] = []
    used: set[str] = set()
    for first in ranked:
        pairs = (pair for pair in counts if len(pair) == 2 and set(first) < set(pair))
        wider = [pair for pair in pairs if 2 * counts[pair] >= counts[first]]
        term = max(wider, key=lambda pair: (counts[pair], pair), default=first)
        if not used & set(term):
            kept.append(term)
            used |= set(term)
        if len(kept) == MOST_WORDS:
            break
    return kept


def _terms(text: str) -> dict[Term, str]:
    """Return the terms of a text, each as it is written there."""
    found: dict[Term, str] = {}
    words = [(_stem(word), word) for word in tokens(text)]
    for stem, word in words:
        if stem:
            found[stem,] = word
    for (one, left), (two, right) in pairwise(words):
        if one and two and one != two:
            found[one, two] = f"{left} {right}"
    return found


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """Return the stem of a word that carries meaning, else nothing."""
    named = unit(word)
    if is_number(word) or len(word) < 3 or (named is not None and named not in _COUNTED):
        return ""
    stems = content_words(word) - _FILLER
    return next(iter(stems), "")
