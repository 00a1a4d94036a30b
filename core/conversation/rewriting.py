"""A follow-up as a question that stands alone, which is all that the semantic cache may see of a conversation.

Comparing embeddings of whole conversations is worse than chance, so that a conversation is never compared: its last
question is rewritten, and where that is uncertain the turn bypasses the cache.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from core.conversation.rewrite_check import faithful, told_of_body
from core.conversation.rewrite_prompt import messages, parsed
from core.conversation.standing import Standing
from core.errors import ServiceError
from core.ports import ChatModel, Completion

log = logging.getLogger(__name__)
MAX_TOKENS = 400
"""Bounds a rewrite, the thinking of models that think included; a usual one takes 40."""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that stands alone, or None where none is certain; and what finding it cost, failures included.

    ``model`` is None where no model was asked. Tokens are as the model counts them.
    """

    question: str | None
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0


class Rewriter(Protocol):
    """Makes a follow-up stand alone."""

    def standalone(self, question: str, before: Sequence[tuple[str, str]]) -> Standalone:
        """Return the question so that it needs no context; ``question`` None means that the turn bypasses the cache.

        `before` are the earlier (question, answer) turns, oldest first. A first question is returned as it is.
        Never raises for a failing model.
        """
        ...


class RuleRewriter:
    """Uses a question as it stands where rules find that it clearly stands alone; rewrites nothing, costs nothing.

    Parameters
    ----------
    standing : callable
        Returns the rules in force; asked each time, because the library can change.
    """

    def __init__(self, standing: Callable[[], Standing]) -> None:
        self._standing = standing

    def standalone(self, question: str, before: Sequence[tuple[str, str]]) -> Standalone:
        """See :class:`Rewriter`."""
        return Standalone(question if self._standing().alone(question, [asked for asked, _ in before]) else None)


class ModelRewriter:
    """Asks a chat model to rewrite what does not clearly stand alone: one call, and only then.

    What the model says is untrusted: a reply that is not the JSON asked for, that is unsure, or that is not faithful to
    the conversation (:func:`~core.conversation.rewrite_check.faithful`) counts as uncertain. So does every follow-up
    after the asker told of health, age or weight: no model is trusted to carry that over, or to leave it out.

    Parameters
    ----------
    model : ChatModel
        Must be ``trusted``; with another one only the rules decide.
    standing : callable
        Returns the rules that spare the call.
    """

    def __init__(self, model: ChatModel, standing: Callable[[], Standing]) -> None:
        self._model = model
        self._rules = RuleRewriter(standing)

    def standalone(self, question: str, before: Sequence[tuple[str, str]]) -> Standalone:
        """See :class:`Rewriter`."""
        by_rule = self._rules.standalone(question, before)
        if by_rule.question is not None or not self._model.trusted:
            return by_rule
        if any(told_of_body(message) for message in [*(asked for asked, _ in before), question]):
            return by_rule
        end = self._ask(question, before)
        if end is None:
            return Standalone(None, self._model.name)
        found = parsed(end.text) if end.finish == "stop" else None
        if found is not None and not faithful(found, question, before):
            log.info("rewrite_refused")
            found = None
        return Standalone(found, self._model.name, end.input_tokens, end.output_tokens)

    def _ask(self, question: str, before: Sequence[tuple[str, str]]) -> Completion | None:
        try:
            with closing(self._model.stream(messages(question, before), max_tokens=MAX_TOKENS)) as pieces:
                return next((piece for piece in pieces if isinstance(piece, Completion)), None)
        except ServiceError as error:
            log.warning("rewrite_failed", extra={"reason": str(error)})
        return None
