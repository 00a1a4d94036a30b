"""Rules that no similarity can outvote: where two questions disagree in one of these, it is never a hit.

Sentence embeddings put "push-ups" and "pull-ups", "2 kg" and "20 kg", "before" and "after" side by side: on pairs that
differ by a number, a name or a negation the cosine of bi-encoders is close to chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from core.semantic_cache import vocabulary
from core.semantic_cache.naming import others_named
from core.semantic_cache.order import changed_places, exchanged, goes_with, roles_exchanged
from core.text import Names, plain, quantities, stem, tokens, unit

_NEGATIONS = frozenset(stem("not no non never nothing nobody none without nor neither avoid except cannot".split()))
# Names such as "no equipment" deny something by themselves; "bodyweight" says the same without a negation.
_DENYING = re.compile(
    "|".join(rf"\b{name}\b".replace(" ", r"[\s-]+") for name in vocabulary.denying(vocabulary.EQUIPMENT)), re.IGNORECASE
)
_UNDOING = ("un", "dis", "in", "im", "il", "ir", "non", "mis", "de")
_HARM = tuple(map(plain, vocabulary.HARM.split("\n")))
# These ask where they open a clause, or before a verb; "can I run when I have a cold" does not ask when.
_ASKING = re.compile(
    r"(?:^|[.,;:?!–—(])\s*(when|why|where|who)\b"
    r"|\b(when|why)\s+(?:am|are|can|could|did|do|does|is|may|might|must|shall|should|to|was|were|will|would)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Reading:
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


class Veto:
    """Compares two questions concept by concept.

    Parameters
    ----------
    exercises : iterable of sequences of str
        For each exercise its names; two questions about different exercises never share an answer.
    """

    def __init__(self, exercises: Iterable[Sequence[str]] = ()) -> None:
        self._exercises = Names({name: names[0] for names in exercises for name in names})
        self._kinds = {kind: Names(vocabulary.concepts(lines)) for kind, lines in vocabulary.KINDS.items()}
        self._opposites = [
            (words[0], against[0], tuple(map(plain, words)), tuple(map(plain, against)))
            for words, against in vocabulary.opposites(vocabulary.OPPOSITES)
        ]
        self._reading = lru_cache(maxsize=4096)(self._read)

    def reason(self, asked: str, known: str) -> str | None:
        """Say why an answer to `known` must not be served for `asked`; None where nothing speaks against it."""
        one, other = self._reading(asked), self._reading(known)
        return self._differs(one, other) or _told_apart(asked, known)

    def _differs(self, one: _Reading, other: _Reading) -> str | None:
        if one.amounts != other.amounts or _units_differ(one, other):
            return "numbers or units differ"
        if one.negations != other.negations:
            return "one is negated"
        if difference := one.exercises ^ other.exercises:
            return f"exercise differs: {min(difference)}"
        for kind, (whole, outside), (other_whole, other_outside) in zip(
            self._kinds, one.concepts, other.concepts, strict=True
        ):
            # What an exercise's name leaves unsaid is no difference ("barbell row", "bent-over row"); what it says
            # otherwise is.
            if difference := (outside ^ other_outside) or _contradicting(whole, other_whole):
                return f"{kind} differs: {min(difference)}"
        return self._opposed(one, other)

    def _read(self, question: str) -> _Reading:
        text, words = plain(question), tokens(question)
        exercises, outside = self._exercises.apart(text)
        concepts = []
        for kind, names in self._kinds.items():
            asks = _asks(question) if kind == vocabulary.ASKED else frozenset()
            concepts.append((asks | names.within(text), asks | names.within(outside)))
        named = dict(zip(self._kinds, concepts, strict=True))
        return _Reading(
            frozenset(words),
            _in_order(quantities(words)),
            frozenset(name for word in words if (name := unit(word))),
            frozenset(name for before, word in pairwise(words) if before == "per" and (name := unit(word))),
            sum(word in _NEGATIONS for word in stem(tokens(_DENYING.sub(" ", question)))),
            frozenset(exercises),
            tuple(concepts),
            text,
            _bits(any(word in text for word in words) for _, _, words, _ in self._opposites),
            _bits(any(word in text for word in against) for _, _, _, against in self._opposites),
            any(named[kind][0] for kind in vocabulary.DELICATE) or any(word in text for word in _HARM),
        )

    def _opposed(self, one: _Reading, other: _Reading) -> str | None:
        either = (one.said | one.against) & (other.said | other.against)
        apart = either & ((one.said ^ other.said) | (one.against ^ other.against))
        both = one.said & one.against & other.said & other.against
        for place in _places(apart | both):
            word, opposite, words, against = self._opposites[place]
            if apart >> place & 1:
                return f"opposites: {word} and {opposite}"
            if _paired_otherwise(one.text, other.text, words, against):
                return f"opposites: {word} and {opposite} are exchanged"
        if undone := _undone(one.words, other.words) | _done_to(one.words, other.words):
            return "opposites: {} and {}".format(*min(undone))
        if moved := exchanged(one.text.split(), other.text.split()):
            return f"order differs: {moved}"
        return None

    def is_delicate(self, question: str) -> bool:
        """Say whether a wrong answer could hurt: the question speaks of illness, injury, a group of people, or harm."""
        return self._reading(question).delicate


def _in_order(amounts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Sort by unit alone: "3 sets of 10" may be said the other way round, "from 9 to 4" may not."""
    return tuple(sorted(amounts, key=lambda amount: amount[1]))


def _asks(question: str) -> frozenset[str]:
    found = (opening or inside for opening, inside in _ASKING.findall(question))
    return frozenset({"when": "time", "why": "reason", "where": "place", "who": "person"}[w.lower()] for w in found)


def _told_apart(asked: str, known: str) -> str | None:
    if name := others_named(asked, known):
        return f"name differs: {name}"
    if moved := changed_places(asked, known) or roles_exchanged(asked, known):
        return f"order differs: {moved}"
    return None


def _contradicting(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Return what differs if each has something that the other lacks, else nothing."""
    return one ^ other if one - other and other - one else frozenset()


def _units_differ(one: _Reading, other: _Reading) -> bool:
    # "How many grams" and "how much" agree; "a day" and "a week" do not.
    return any(
        _contradicting(said & measure, meant & measure)
        for measure in vocabulary.MEASURES
        for said, meant in ((one.units, other.units), (one.rates, other.rates))
    )


def _undone(one: frozenset[str], other: frozenset[str]) -> frozenset[tuple[str, str]]:
    """Return the words of one question that the other has with a negating prefix, each with what it became."""
    lost, gained = one - other, other - one
    return frozenset(
        (word, prefix + word)
        for word in one ^ other
        for prefix in _UNDOING
        if prefix + word in (gained if word in lost else lost)
    )


def _done_to(one: frozenset[str], other: frozenset[str]) -> frozenset[tuple[str, str]]:
    """Return who does it in one question and whom it is done to in the other: "employer", "employee"."""
    return frozenset(
        (word, base + ending)
        for word in one ^ other
        for base in [word.removesuffix("s").removesuffix("ee")]
        for ending in ("er", "ers", "or", "ors")
        if len(base) > 2 and word.endswith(("ee", "ees")) and base + ending in (other if word in one else one)
    )


def _paired_otherwise(one: str, other: str, words: tuple[str, ...], against: tuple[str, ...]) -> bool:
    """Say whether two opposites that both texts hold go with one another's words: "high reps, low weight"."""
    said, meant = goes_with(one, words), goes_with(one, against)
    return bool(
        said and meant and said != meant and goes_with(other, words) & meant and goes_with(other, against) & said
    )


def _bits(flags: Iterable[bool]) -> int:
    """Return the flags as a number, the first as its lowest bit."""
    return sum(flag << place for place, flag in enumerate(flags))


def _places(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set, the lowest first."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
