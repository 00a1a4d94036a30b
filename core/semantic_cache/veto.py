"""Rules that no similarity can outvote: where two questions disagree in one of these, it is never a hit.

Sentence embeddings put "push-ups" and "pull-ups", "2 kg" and "20 kg", "before" and "after" side by side: on pairs that
differ by a number, a name or a negation the cosine of bi-encoders is close to chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from core.semantic_cache import vocabulary
from core.text import Names, plain, quantities, tokens

_NEGATIONS = frozenset("not no never without nor neither avoid instead except cannot".split())
_ASKS = {
    "how many": "amount",
    "how much": "amount",
    "how long": "duration",
    "how often": "frequency",
    "how many times": "frequency",
    "how far": "distance",
    "how heavy": "load",
    "how fast": "speed",
    "how soon": "time",
    "how old": "age",
    "when": "time",
    "why": "reason",
    "where": "place",
    "who": "person",
}


class Veto:
    """Compares two questions concept by concept.

    Parameters
    ----------
    exercises : iterable of sequences of str
        For each exercise its names; two questions about different exercises never share an answer.
    """

    def __init__(self, exercises: Iterable[Sequence[str]] = ()) -> None:
        named = {name: names[0] for names in exercises for name in names}
        self._kinds = [
            ("exercise", Names(named)),
            ("equipment", Names(vocabulary.concepts(vocabulary.EQUIPMENT))),
            ("body part", Names(vocabulary.concepts(vocabulary.BODY_PARTS))),
            ("group of people", Names(vocabulary.concepts(vocabulary.PEOPLE))),
            ("condition", Names(vocabulary.concepts(vocabulary.CONDITIONS))),
            ("subject", Names(vocabulary.concepts(vocabulary.SUBJECTS))),
            ("kind of question", Names(_ASKS)),
        ]
        self._opposites = [
            (tuple(map(plain, one)), tuple(map(plain, other)))
            for one, other in vocabulary.opposites(vocabulary.OPPOSITES)
        ]

    def reason(self, asked: str, known: str) -> str | None:
        """Say why an answer to `known` must not be served for `asked`; None where nothing speaks against it."""
        if quantities_differ(asked, known):
            return "numbers or units differ"
        if _negated(asked) != _negated(known):
            return "one is negated"
        one, other = plain(asked), plain(known)
        for kind, names in self._kinds:
            if difference := names.within(one) ^ names.within(other):
                return f"{kind} differs: {min(difference)}"
        for words, against in self._opposites:
            if _pulls(one, words, against) * _pulls(other, words, against) < 0:
                return f"opposites: {words[0].strip()} and {against[0].strip()}"
        return None


def quantities_differ(asked: str, known: str) -> bool:
    """Say whether the numbers with their units are not the same in both."""
    return sorted(quantities(tokens(asked))) != sorted(quantities(tokens(known)))


@lru_cache(maxsize=8192)
def _negated(text: str) -> bool:
    return sum(token in _NEGATIONS for token in tokens(text)) % 2 == 1


def _pulls(text: str, words: tuple[str, ...], against: tuple[str, ...]) -> int:
    return any(word in text for word in words) - any(word in text for word in against)
