"""A turn, its parts, and how they are shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from core.feedback.model import Vote
from core.knowledge.model import Passage, Source


class Outcome(StrEnum):
    """How a turn was answered; a bypass neither reads nor feeds what others are told."""

    HIT = "hit"
    MISS = "miss"
    BYPASS = "bypass"


class State(StrEnum):
    """Where a turn stands. `stopped` by its user, `interrupted` by the server or the model, `failed` with an error."""

    ANSWERING = "answering"
    DONE = "done"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that an answer rests on, as it stood when the answer was made."""

    document_id: str
    title: str
    heading: str
    text: str
    sources: tuple[Source, ...]

    @classmethod
    def of(cls, passage: Passage) -> Self:
        """Quote a passage."""
        return cls(passage.document_id, passage.title, passage.heading, passage.text, passage.sources)

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Self:
        """Read what :meth:`facts` wrote."""
        return cls(**{**facts, "sources": tuple(Source(**source) for source in facts["sources"])})

    def facts(self) -> dict[str, Any]:
        """Return the quote as JSON can hold it."""
        return {**asdict(self), "sources": [asdict(source) for source in self.sources]}


@dataclass(frozen=True, slots=True)
class Notice:
    """Advice that stands above an answer, whatever the answer says."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The question is kept; pieces of its answer follow."""

    turn_id: str
    conversation_id: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn as its user sees it.

    ``answered_from`` is when a cached answer was made (None when fresh); ``remark`` says in one line what could not
    be used; ``similarity`` is the cosine to ``matched``, the known question whose answer was served; ``asked`` and
    ``liked`` are how often that answer was served and by how many users it was liked before.
    """

    id: str
    conversation_id: str
    question: str
    answer: str
    state: State
    asked_at: datetime
    outcome: Outcome | None = None
    answered_from: datetime | None = None
    similarity: float | None = None
    matched: str | None = None
    asked: int = 0
    liked: int = 0
    quotes: tuple[Quote, ...] = ()
    notices: tuple[Notice, ...] = ()
    remark: str = ""
    model: str = ""
    vote: Vote | None = None


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation in its user's list."""

    id: str
    title: str
    updated_at: datetime
    turns: tuple[TurnView, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """A vote of mine and what became of it, in words."""

    turn: TurnView
    at: datetime
    became: str
