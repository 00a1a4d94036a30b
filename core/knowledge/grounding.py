"""Does a sentence say only what the sources say?

The check is made for a model that writes fluently and invents. It is conservative: a sentence passes only when one
source sentence supports nearly all of its content words, and it agrees with that sentence in every number, unit, named
exercise and word of safety, in both directions for words of safety: leaving out "ask your doctor" is an error too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.text import content_words, plain, quantities, tokens, unit

SUPPORT = 0.75
"""Least share of a sentence's content words that one source sentence must hold."""

_SAFETY = frozenset(
    """
    not no never without avoid stop safe unsafe safely danger dangerous risk risky harm injury injured pain painful
    doctor midwife physiotherapist professional emergency ambulance hospital urgent must pregnant pregnancy
    contraindicated unless except only before after less more under over until instead cannot
    """.split()
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence is grounded, and if not, why not."""

    grounded: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Claims:
    words: frozenset[str]
    quantities: frozenset[tuple[str, str]]
    units: frozenset[str]
    safety: frozenset[str]


def sentences(text: str) -> list[str]:
    """Split a text at the ends of its sentences and lines."""
    parts = (part.strip().removeprefix("- ").strip() for part in _SENTENCE.split(text))
    return [part for part in parts if any(character.isalpha() for character in part)]


def check_sentence(sentence: str, sources: Iterable[str], names: Sequence[str] = ()) -> Verdict:
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
    best = max(support, key=lambda source: len(claim.words & source.words), default=None)
    if best is None or len(claim.words & best.words) < SUPPORT * len(claim.words):
        return Verdict(False, "no sentence of the sources supports it")
    if missing := claim.quantities - best.quantities:
        return Verdict(False, f"a quantity is not in the source: {' '.join(sorted(missing)[0]).strip()}")
    if claim.quantities and (left_out := best.units - claim.units):
        # "1.6 g of protein a day" for "1.6 g of protein per kg a day" is a different dose.
        return Verdict(False, f"a unit is left out: {sorted(left_out)[0]}")
    if claim.safety != best.safety:
        return Verdict(False, f"a word of safety differs: {sorted(claim.safety ^ best.safety)[0]}")
    said, known = plain(sentence), " ".join(plain(text) for text in sources)
    for name in names:
        if (wanted := plain(name)) in said and wanted not in known:
            return Verdict(False, f"an exercise is not in the sources: {name}")
    return Verdict(True)


@lru_cache(maxsize=4096)
def _claims(text: str) -> _Claims:
    said = tokens(text)
    units = frozenset(name for word in said if (name := unit(word)))
    return _Claims(content_words(text), frozenset(quantities(said)), units, frozenset(said) & _SAFETY)
