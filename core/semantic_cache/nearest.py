"""Of the questions that lie near, the one whose entry is weighed, and how it stands out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.ports import Match
from core.semantic_cache.model import Kind
from core.semantic_cache.reading import Known, Owner, Question

ALIKE = 0.85
"""Cosine from which another entry makes this one redundant."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The entry that is weighed, by its nearest question; `margin` and `support` as in ``evidence.Compared``."""

    question: Question
    entry: Owner
    similarity: float
    margin: float | None
    support: int


@dataclass(frozen=True, slots=True)
class Vetoed:
    """The nearest question that rules speak against, and what they say."""

    question: str
    similarity: float
    reason: str


def nearest(
    matches: Sequence[Match],
    known: Known,
    usable: Callable[[Owner], bool],
    veto: Callable[[str], str | None],
    least: float,
    seen: Callable[[Owner], bool],
) -> tuple[Candidate | None, Vetoed | None]:
    """Return the candidate, if there is one, and the nearest question above it that was vetoed.

    Parameters
    ----------
    usable : callable
        Whether an entry may be served to anybody or waits for that; others never are a candidate.
    veto : callable
        Why the answer to a known question must not be served; None where nothing speaks against it.
    least : float
        Least cosine of a candidate.
    seen : callable
        Whether an entry is shared or the asker's own. Only such an entry speaks for another answer: else a user could
        lower the hits of others by what waits for agreement.
    """
    vetoed: Vetoed | None = None
    for match in matches:
        if match.id not in known or match.score < least:
            continue
        question, entry = known[match.id]
        if question.kind == Kind.NEGATIVE or not usable(entry):
            continue
        if reason := veto(question.question):
            vetoed = vetoed or Vetoed(question.question, match.score, reason)
            continue
        return _candidate(match, matches, known, seen), vetoed
    return None, vetoed


def _candidate(best: Match, matches: Sequence[Match], known: Known, seen: Callable[[Owner], bool]) -> Candidate:
    # What the rules refused counts as a rival all the same: where the nearest is vetoed, the next is seldom right.
    question, entry = known[best.id]
    rival: float | None = None
    support = 0
    for match in matches:
        if match.id == best.id or match.id not in known:
            continue
        other, owner = known[match.id]
        if owner.id == entry.id and other.kind != Kind.NEGATIVE:
            support += 1
        elif rival is None and _differs(owner, entry, seen):
            rival = match.score
    return Candidate(question, entry, best.score, None if rival is None else best.score - rival, support)


def _differs(other: Owner, entry: Owner, seen: Callable[[Owner], bool]) -> bool:
    """Say whether what lies near speaks for another answer; a negative example of the entry itself does."""
    return other.id == entry.id or (other.answer_key != entry.answer_key and seen(other))


def redundancy(matches: Sequence[Match], known: Known) -> int:
    """Return one, and one for each entry that is close to a question."""
    return 1 + len({known[match.id][1].id for match in matches if match.score >= ALIKE and match.id in known})
