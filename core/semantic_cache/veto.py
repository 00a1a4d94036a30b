"""Rules that no similarity can outvote: where two questions disagree in one of these, it is never a hit.

Sentence embeddings put "push-ups" and "pull-ups", "2 kg" and "20 kg", "before" and "after" side by side: on pairs that
differ by a number, a name or a negation the cosine of bi-encoders is close to chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from core.semantic_cache import vocabulary
from core.semantic_cache.naming import others_named
from core.semantic_cache.order import changed_places, exchanged, goes_with, roles_exchanged
from core.semantic_cache.saying import Reader, Saying

_UNDOING = ("un", "dis", "in", "im", "il", "ir", "non", "mis", "de")


class Veto:
    """Compares two questions concept by concept.

    Parameters
    ----------
    exercises : iterable of sequences of str
        For each exercise its names; two questions about different exercises never share an answer.
    """

    def __init__(self, exercises: Iterable[Sequence[str]] = ()) -> None:
        self._reader = Reader(exercises)
        self._reading = lru_cache(maxsize=4096)(self._reader.read)

    def reason(self, asked: str, known: str) -> str | None:
        """Say why an answer to `known` must not be served for `asked`; None where nothing speaks against it."""
        one, other = self._reading(asked), self._reading(known)
        return self._differs(one, other) or _told_apart(asked, known)

    def _differs(self, one: Saying, other: Saying) -> str | None:
        if one.amounts != other.amounts or _units_differ(one, other):
            return "numbers or units differ"
        if one.negations != other.negations:
            return "one is negated"
        if difference := one.exercises ^ other.exercises:
            return f"exercise differs: {min(difference)}"
        for kind in self._reader.kinds:
            (whole, outside), (other_whole, other_outside) = one.concepts(kind), other.concepts(kind)
            # What an exercise's name leaves unsaid is no difference ("barbell row", "bent-over row"); what it says
            # otherwise is.
            if difference := (outside ^ other_outside) or _contradicting(whole, other_whole):
                return f"{kind} differs: {min(difference)}"
        return self._opposed(one, other)

    def _opposed(self, one: Saying, other: Saying) -> str | None:
        (said, against), (other_said, other_against) = one.sides, other.sides
        either = (said | against) & (other_said | other_against)
        apart = either & ((said ^ other_said) | (against ^ other_against))
        both = said & against & other_said & other_against
        for place in _places(apart | both):
            word, opposite, words, opposites = self._reader.opposites[place]
            if apart >> place & 1:
                return f"opposites: {word} and {opposite}"
            if one.text != other.text and _paired_otherwise(one.text, other.text, words, opposites):
                return f"opposites: {word} and {opposite} are exchanged"
        if undone := _undone(one.words, other.words) | _done_to(one.words, other.words):
            return "opposites: {} and {}".format(*min(undone))
        if moved := exchanged(one.text.split(), other.text.split()):
            return f"order differs: {moved}"
        return None

    def is_delicate(self, question: str) -> bool:
        """Say whether a wrong answer could hurt: the question speaks of illness, injury, a group of people, or harm."""
        return self._reading(question).delicate


def _told_apart(asked: str, known: str) -> str | None:
    if name := others_named(asked, known):
        return f"name differs: {name}"
    if moved := changed_places(asked, known) or roles_exchanged(asked, known):
        return f"order differs: {moved}"
    return None


def _contradicting(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Return what differs if each has something that the other lacks, else nothing."""
    return one ^ other if one - other and other - one else frozenset()


def _units_differ(one: Saying, other: Saying) -> bool:
    # "How many grams" and "how much" agree; "a day" and "a week" do not.
    return (one.units, one.rates) != (other.units, other.rates) and any(
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


def _places(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set, the lowest first."""
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
