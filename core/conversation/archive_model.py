"""What is looked for in the archive, and what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.conversation.model import Notice, Outcome, Quote, State
from core.errors import InputError
from core.feedback.model import LONGEST_ANSWER, Vote

PAGE = 25
LONGEST_NOTE = 1000
SHOWN = 8
"""Digits of a user's id that stand for the user; names are not kept."""
NO_TOPIC = "none"


class MarkKind(StrEnum):
    """What a turn is marked for."""

    REGRESSION = "regression"
    """A case that every release has to answer well."""
    FINE_TUNING = "fine-tuning"
    """An example to train a model on."""


class VoteFilter(StrEnum):
    """The vote of the user as it stands now."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which turns are looked for; an empty tuple, text or None asks for all.

    ``since`` and ``until`` are aware and half-open; ``topic`` holds ids, or :data:`NO_TOPIC`; ``actor`` is the
    beginning of an actor's id; ``words`` are looked for in question and answer, each as the beginning of a word;
    ``error`` asks for those that ended badly, ``false_hit`` for hits that are known to answer another question.
    """

    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    release: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    vote: tuple[VoteFilter, ...] = ()
    marked: tuple[MarkKind, ...] = ()
    actor: str = ""
    error: bool = False
    false_hit: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the turns before (older) or after (newer) this one follow."""

    asked_at: datetime
    turn_id: str

    @property
    def words(self) -> str:
        """The place as an address carries it."""
        return f"{self.asked_at.isoformat()}~{self.turn_id}"

    @classmethod
    def read(cls, words: str) -> Place | None:
        """Read what :attr:`words` wrote; None where that cannot be read.

        >>> Place.read("2026-05-04T09:30:00+00:00~0f").turn_id, Place.read("yesterday"), Place.read("2026-05-04~0f")
        ('0f', None, None)
        """
        at, _, turn_id = words.partition("~")
        try:
            asked_at = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(asked_at, turn_id) if turn_id and asked_at.tzinfo else None


@dataclass(frozen=True, slots=True)
class TurnLine:
    """A turn in the list; `question` is empty where retention removed the text."""

    id: str
    conversation_id: str
    asked_at: datetime
    user: str
    question: str
    state: State
    outcome: Outcome | None
    vote: int
    topic: str
    language: str
    release_id: str
    channel: str
    total_ms: float | None
    cost_usd: float | None
    marks: tuple[MarkKind, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Turns, newest first, and whether there are newer and older ones."""

    lines: tuple[TurnLine, ...]
    newer: Place | None = None
    older: Place | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the cache weighed for a turn, and what became known of it.

    ``features`` are those of :mod:`core.semantic_cache.evidence`, by name; ``label`` is how likely the entry answers
    the question, in [0, 1], as far as `labelled_by` knows.
    """

    known: str
    similarity: float
    probability: float
    required: float
    served: bool
    features: Mapping[str, float]
    label: float | None
    labelled_by: str
    reason: str

    @property
    def false_hit(self) -> bool:
        """Whether it was served and is now known to answer another question."""
        return self.served and self.label is not None and self.label < 0.5


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody marked a turn; an undone mark stays in its history."""

    id: str
    kind: MarkKind
    by: str
    at: datetime
    note: str
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Written:
    """A better answer that an editor wrote."""

    by: str
    at: datetime
    answer: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that is kept of a turn. Durations are milliseconds, costs US dollars (None where no price is known)."""

    line: TurnLine
    answer: str
    replaced: bool
    remark: str
    error: str | None
    evidence: Mapping[str, Any]
    entry_id: str | None
    answered_from: datetime | None
    quotes: tuple[Quote, ...]
    notices: tuple[Notice, ...]
    model: str
    stages_ms: Mapping[str, float]
    first_words_ms: float | None
    input_tokens: int
    output_tokens: int
    vote: Vote | None
    decision: Decision | None
    marks: tuple[Mark, ...]
    better: tuple[Written, ...]

    @property
    def text_removed(self) -> bool:
        """Whether retention has taken the text."""
        return not self.line.question


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation with the story of each turn (the newest 200), oldest first."""

    id: str
    title: str
    user: str
    turns: tuple[Story, ...]


def pseudonym(actor_id: str) -> str:
    """Return how a user is called: by the beginning of their id, which is no name and stays the same.

    >>> pseudonym("ab12cd34" * 4)
    'user ab12cd34'
    """
    return f"user {actor_id[:SHOWN]}" if actor_id else "somebody"


def checked_note(note: str) -> str:
    """Return a note without spaces around it, or raise :class:`InputError` if it is longer than 1,000 characters."""
    if len(note.strip()) > LONGEST_NOTE:
        raise InputError(f"The note has {len(note.strip()):,} characters; {LONGEST_NOTE:,} are the most.")
    return note.strip()


def checked_answer(answer: str) -> str:
    """Return an answer of 1 to 8,000 characters without spaces around it, or raise :class:`InputError`."""
    if not 1 <= len(answer.strip()) <= LONGEST_ANSWER:
        raise InputError(f"Write an answer of 1 to {LONGEST_ANSWER:,} characters.")
    return answer.strip()
