"""What a question says, concept by concept: what the rules of :mod:`core.semantic_cache.veto` compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.semantic_cache import vocabulary
from core.text import Names, plain, quantities, stem, tokens, unit

_NEGATIONS = frozenset(stem("not no non never nothing nobody none without nor neither avoid except cannot".split()))
# Names such as "no equipment" deny something by themselves; "bodyweight" says the same without a negation.
_DENYING = re.compile(
    "|".join(rf"\b{name}\b".replace(" ", r"[\s-]+") for name in vocabulary.denying(vocabulary.EQUIPMENT)), re.IGNORECASE
)
_HARM = tuple(map(plain, vocabulary.HARM.split("\n")))
# These ask where they open a clause, or before a verb; "can I run when I have a cold" does not ask when.
_ASKING = re.compile(
    r"(?:^|[.,;:?!–—(])\s*(when|why|where|who)\b"
    r"|\b(when|why)\s+(?:am|are|can|could|did|do|does|is|may|might|must|shall|should|to|was|were|will|would)\b",
    re.IGNORECASE,
)
_Opposites = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""The names of a pair's sides as they are shown, and all names of each as :func:`core.text.plain` returns them."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What a question says, concept by concept.

    For each kind of concept there are two sets: those named anywhere, and those named outside of an exercise's name.
    `text` is the question as :func:`core.text.plain` returns it. Of the pairs of opposites, `said` has a bit for each
    whose first side stands in the text, and `against` for the second.
    """

    words: frozenset[str]
    amounts: tuple[tuple[str, str], ...]
    units: frozenset[str]
    rates: frozenset[str]
    negations: int
    exercises: frozenset[str]
    concepts: tuple[tuple[frozenset[str], frozenset[str]], ...]
    text: str
    said: int
    against: int
    delicate: bool


class Reader:
    """Reads questions.

    Parameters
    ----------
    exercises : iterable of sequences of str
        For each exercise its names.
    """

    def __init__(self, exercises: Iterable[Sequence[str]] = ()) -> None:
        self._exercises = Names({name: names[0] for names in exercises for name in names})
        self.kinds = {kind: Names(vocabulary.concepts(lines)) for kind, lines in vocabulary.KINDS.items()}
        self.opposites = [
            (words[0], against[0], tuple(map(plain, words)), tuple(map(plain, against)))
            for words, against in vocabulary.opposites(vocabulary.OPPOSITES)
        ]
        self._sides = _by_first_word(self.opposites)

    def read(self, question: str) -> Saying:
        """Return what a question says."""
        text, words, bare = plain(question), tokens(question), _DENYING.sub(" ", question)
        exercises, outside = self._exercises.apart(text)
        concepts = []
        for kind, names in self.kinds.items():
            asks = _asks(question) if kind == vocabulary.ASKED else frozenset()
            whole = asks | names.within(text)
            concepts.append((whole, whole if outside == text else asks | names.within(outside)))
        named = dict(zip(self.kinds, concepts, strict=True))
        said, against = self._said(text)
        return Saying(
            frozenset(words),
            _in_order(quantities(words)),
            frozenset(name for word in words if (name := unit(word))),
            frozenset(name for before, word in pairwise(words) if before == "per" and (name := unit(word))),
            sum(word in _NEGATIONS for word in stem(words if bare == question else tokens(bare))),
            frozenset(exercises),
            tuple(concepts),
            text,
            said,
            against,
            any(named[kind][0] for kind in vocabulary.DELICATE) or any(word in text for word in _HARM),
        )

    def _said(self, text: str) -> tuple[int, int]:
        """Return the bits of the opposites whose first side stands in a text, and of those whose second does."""
        said = against = 0
        for first in self._sides.keys() & text.split():  # a question has ten words, the opposites hundreds
            for name, one, other in self._sides[first]:
                if name in text:
                    said, against = said | one, against | other
        return said, against


def _in_order(amounts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Sort by unit alone: "3 sets of 10" may be said the other way round, "from 9 to 4" may not."""
    return tuple(sorted(amounts, key=lambda amount: amount[1]))


def _asks(question: str) -> frozenset[str]:
    found = (opening or inside for opening, inside in _ASKING.findall(question))
    return frozenset({"when": "time", "why": "reason", "where": "place", "who": "person"}[w.lower()] for w in found)


def _by_first_word(opposites: Iterable[_Opposites]) -> Mapping[str, Sequence[tuple[str, int, int]]]:
    """Return, by its first word, each name with the bits of the pairs on whose first and on whose second side it is."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for place, (_, _, words, against) in enumerate(opposites):
        sides = [(name, 1 << place, 0) for name in words] + [(name, 0, 1 << place) for name in against]
        for side in sides:
            found.setdefault(side[0].split(maxsplit=1)[0], []).append(side)
    return found
