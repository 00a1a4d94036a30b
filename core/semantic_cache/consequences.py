"""What follows from a verdict; pure, so that it can be read and tested apart from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.semantic_cache.model import Kind, Standing

SURE = 0.95
"""Label from which the entry answers the question, and, taken from 1, below which it does not."""
FALSE_HITS = 2
"""Independent false hits that quarantine an entry..."""
AMONG = 20
"""...among this many of its latest hits that became known."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """``kind`` is how the question is kept with the entry (None: it is not); ``share`` serves a pending entry to all;
    ``fold`` retires the entry of the answer that was made instead; ``false_hit`` is for the history and the count."""

    kind: Kind | None = None
    share: bool = False
    fold: bool = False
    false_hit: bool = False


def consequences(
    label: float, *, served: bool, standing: str, stranger: bool, read: bool, foldable: bool
) -> Consequences:
    """Return what follows from the label of a decision.

    Parameters
    ----------
    label : float
        Probability that the entry answers the question, in [0, 1].
    standing : str
        The entry's.
    stranger : bool
        The question is another user's than the one that the entry was made for.
    read : bool
        The judge read the answer; likeness of two questions says nothing of whether an answer is right.
    foldable : bool
        A fresh answer was made instead, which nobody was served yet.
    """
    if label <= 1 - SURE:
        return Consequences(kind=Kind.NEGATIVE, false_hit=served)
    if label < SURE or standing not in (Standing.PENDING, Standing.SHARED):
        return Consequences()
    share = standing == Standing.PENDING and stranger and read
    # Folding into an entry that only its author is served would leave everybody else without an answer.
    return Consequences(kind=Kind.ALIAS, share=share, fold=foldable and (share or standing == Standing.SHARED))


def too_many(false_hits: Sequence[tuple[str, str]]) -> bool:
    """Say whether false hits, each (user, question key), are independent enough and many enough for quarantine.

    One user, or one question asked over and over, counts once.
    """
    users, questions = {user for user, _ in false_hits}, {question for _, question in false_hits}
    return min(len(users), len(questions)) >= FALSE_HITS
