"""What a question says, concept by concept: what the rules of :mod:`core.semantic_cache.veto` compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
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


class Saying:
    """What a question says, read concept by concept as it is asked for: most comparisons end at the first difference.

    ``text`` is the question as :func:`core.text.plain` returns it.
    """

    def __init__(self, reader: Reader, question: str) -> None:
        self._reader = reader
        self._question = question
        self.text = plain(question)
        self._words = tokens(question)
        self._concepts: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    @cached_property
    def words(self) -> frozenset[str]:
        """Its different words."""
        return frozenset(self._words)

    @cached_property
    def amounts(self) -> tuple[tuple[str, str], ...]:
        """Numbers with their units, sorted by unit alone: "3 sets of 10" may be said the other way round.

        "From 9 to 4" may not.
        """
        return tuple(sorted(quantities(self._words), key=lambda amount: amount[1]))

    @cached_property
    def units(self) -> frozenset[str]:
        """Units, with a number or without."""
        return frozenset(name for word in self._words if (name := unit(word)))

    @cached_property
    def rates(self) -> frozenset[str]:
        """Units that something is counted by: "per day"."""
        pairs = pairwise(self._words)
        return frozenset(name for before, word in pairs if before == "per" and (name := unit(word)))

    @cached_property
    def negations(self) -> int:
        """How often something is denied, names such as "no equipment" left out."""
        bare = _DENYING.sub(" ", self._question)
        return sum(word in _NEGATIONS for word in stem(self._words if bare == self._question else tokens(bare)))

    @cached_property
    def _apart(self) -> tuple[frozenset[str], str]:
        exercises, outside = self._reader.exercises.apart(self.text)
        return frozenset(exercises), outside

    @property
    def exercises(self) -> frozenset[str]:
        """The exercises that it names."""
        return self._apart[0]

    def concepts(self, kind: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the concepts of a kind: those named anywhere, and those named outside of an exercise's name."""
        if kind not in self._concepts:
            names, outside = self._reader.kinds[kind], self._apart[1]
            asks = _asks(self._question) if kind == vocabulary.ASKED else frozenset()
            whole = asks | names.within(self.text)
            self._concepts[kind] = whole, whole if outside == self.text else asks | names.within(outside)
        return self._concepts[kind]

    @cached_property
    def sides(self) -> tuple[int, int]:
        """The bits of the opposites whose first side stands in the text, and of those whose second does."""
        return self._reader.sides(self.text)

    @cached_property
    def delicate(self) -> bool:
        """Whether a wrong answer could hurt: it speaks of illness, injury, a group of people, or harm."""
        return any(self.concepts(kind)[0] for kind in vocabulary.DELICATE) or any(word in self.text for word in _HARM)


class Reader:
    """Reads questions.

    Parameters
    ----------
    exercises : iterable of sequences of str
        For each exercise its names.
    """

    def __init__(self, exercises: Iterable[Sequence[str]] = ()) -> None:
        self.exercises = Names({name: names[0] for names in exercises for name in names})
        self.kinds = {kind: Names(vocabulary.concepts(lines)) for kind, lines in vocabulary.KINDS.items()}
        self.opposites = [
            (words[0], against[0], tuple(map(plain, words)), tuple(map(plain, against)))
            for words, against in vocabulary.opposites(vocabulary.OPPOSITES)
        ]
        self._sides = _by_first_word(self.opposites)

    def read(self, question: str) -> Saying:
        """Return what a question says."""
        return Saying(self, question)

    def sides(self, text: str) -> tuple[int, int]:
        """Return the bits of the opposites whose first side stands in a text, and of those whose second does."""
        said = against = 0
        for first in self._sides.keys() & text.split():  # a question has ten words, the opposites hundreds
            for name, one, other in self._sides[first]:
                if name in text:
                    said, against = said | one, against | other
        return said, against


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
