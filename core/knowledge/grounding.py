"""Does a sentence say only what the sources say?

The check is made for a model that writes fluently and invents. It is conservative: a sentence passes only when one
source sentence supports nearly all of its content words, and it agrees with that sentence in every number, unit, named
exercise and word of safety, in both directions for words of safety: leaving out "ask your doctor" is an error too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.text import Names, content_words, plain, quantities, stem, tokens, unit

SUPPORT = 0.75
"""Least share of a sentence's content words that one source sentence must hold."""

_SAFETY = frozenset(
    stem(
        """
        not no never without avoid stop safe unsafe danger dangerous risk risky harm harmful injury injured pain
        doctor midwife physiotherapist professional emergency ambulance hospital urgent must pregnant pregnancy
        contraindicated unless except only before after less more under over until instead cannot
        """.split()
    )
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence is grounded, and if not, why not."""

    grounded: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Claims:
    plain: str
    words: frozenset[str]
    quantities: frozenset[tuple[str, str]]
    units: frozenset[str]
    safety: frozenset[str]


def sentences(text: str) -> list[str]:
    """Split a text at the ends of its sentences and lines."""
    parts = (part.strip().removeprefix("- ").strip() for part in _SENTENCE.split(text))
    return [part for part in parts if any(character.isalpha() for character in part)]


def check_sentence(sentence: str, sources: Sequence[str], names: Sequence[str] = ()) -> Verdict:
    """Say whether `sentence` follows from the texts in `sources`.

    Parameters
    ----------
    names : sequence of str
        Names of exercises, which must never stand in for one another.
    """
    claim = _claims(sentence)
    if not claim.words:
        return Verdict(False, "it says nothing")
    support = [_claims(part) for text in sources for part in sentences(text)]
    most = max((len(claim.words & source.words) for source in support), default=0)
    if most < SUPPORT * len(claim.words):
        return Verdict(False, "no sentence of the sources supports it")
    nearest = [source for source in support if len(claim.words & source.words) == most]
    exercises, everything = _named(tuple(names)), " ".join(plain(text) for text in sources)
    reasons = [_disagreement(claim, source, exercises, everything) for source in nearest]
    return Verdict(False, reasons[0]) if all(reasons) else Verdict(True)


def _disagreement(claim: _Claims, source: _Claims, exercises: Names, everything: str) -> str:
    """Return in what a claim says something else than the source sentence that it is nearest to, or ""."""
    if missing := claim.quantities - source.quantities:
        return f"a quantity is not in the source: {' '.join(sorted(missing)[0]).strip()}"
    if claim.quantities and (left_out := source.units - claim.units):
        # "1.6 g of protein a day" for "1.6 g of protein per kg a day" is a different dose.
        return f"a unit is left out: {sorted(left_out)[0]}"
    if claim.safety != source.safety:
        return f"a word of safety differs: {sorted(claim.safety ^ source.safety)[0]}"
    # A sentence that names no exercise speaks of one that its passage names.
    known = exercises.within(source.plain) or exercises.within(everything)
    if strange := exercises.within(claim.plain) - known:
        return f"an exercise is not in the sources: {min(strange)}"
    return ""


@lru_cache(maxsize=2)
def _named(names: tuple[str, ...]) -> Names:
    return Names({name: name for name in names})


@lru_cache(maxsize=4096)
def _claims(text: str) -> _Claims:
    said = tokens(text)
    units = frozenset(name for word in said if (name := unit(word)))
    return _Claims(
        plain(text), content_words(text), frozenset(quantities(said)), units, frozenset(stem(said)) & _SAFETY
    )
