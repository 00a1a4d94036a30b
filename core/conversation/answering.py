"""What answers a question that the cache did not: one contract, an answer from the library or from a model."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Protocol

from core.conversation.model import Quote
from core.knowledge.retrieval import Found
from core.semantic_cache.model import Hidden
from core.text import content_words

OFF_TOPIC = (
    "I found nothing in the workout library that answers this. I can help with exercises, training plans, warm-up, "
    "running, recovery, mobility, nutrition basics, and training in pregnancy or later in life. "
    "Try to name the exercise or the topic."
)
NOTHING_ELSE = (
    "You marked what the library says on this as not helpful, and it holds nothing else on it. "
    "Try to ask in other words, or take your thumb back under *My feedback*."
)
LEAST_COVERAGE = 0.6
"""Share of a question's content words that a passage must hold where its meaning cannot be compared."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question with what may answer it.

    ``found`` are relevant passages, best first; ``before`` are earlier questions and answers, oldest first; ``avoid``
    are keys of answers that the user just asked to replace: they come last.
    """

    question: str
    found: tuple[Found, ...]
    before: tuple[tuple[str, str], ...] = ()
    hidden: Hidden = field(default_factory=Hidden)
    avoid: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer; ``text`` is every piece joined.

    ``key`` recognises the same answer elsewhere; ``complete`` says whether it may be shared, and ``vouched`` that every
    word of it was checked against the library; ``remark`` says in one line what could not be used.
    """

    text: str
    key: str
    model: str
    quotes: tuple[Quote, ...] = ()
    complete: bool = True
    vouched: bool = False
    cut: bool = False
    remark: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


Stream = Generator[str | Answer, None, None]
"""Pieces of an answer, then the answer."""


class Answerer(Protocol):
    """Answers a request."""

    @property
    def name(self) -> str:
        """What the release and the price table call it."""
        ...

    def stream(self, request: Request) -> Stream:
        """Yield pieces of text, then the :class:`Answer`. Closing early stops the work."""
        ...


def relevant(question: str, found: tuple[Found, ...], threshold: float) -> tuple[Found, ...]:
    """Return the passages that are about the question, in their order.

    Parameters
    ----------
    threshold : float
        Least cosine similarity in [0, 1]; a passage whose similarity is not known must share its words instead.
    """
    wanted = content_words(question)

    def is_relevant(one: Found) -> bool:
        if one.similarity is not None:
            return one.similarity >= threshold
        held = content_words(one.passage.searchable)
        return bool(wanted) and len(wanted & held) >= LEAST_COVERAGE * len(wanted)

    return tuple(one for one in found if is_relevant(one))
