"""What a turn leaves in the semantic cache: its decision, what it teaches, and its answer."""

from __future__ import annotations

import logging

from sqlmodel import Session

from core.access.model import Actor
from core.conversation.answering import Answer
from core.conversation.asking_rules import AskingRules
from core.conversation.draft import Draft
from core.errors import CoachError
from core.semantic_cache.model import Hit, Miss, Scope
from core.semantic_cache.service import SemanticCache

log = logging.getLogger(__name__)


class Sharing:
    """Hands turns on to the cache."""

    def __init__(self, cache: SemanticCache, rules: AskingRules) -> None:
        self._cache = cache
        self._rules = rules

    def keep(self, session: Session, scope: Scope, actor: Actor, draft: Draft, looked: Hit | Miss) -> None:
        """Keep the decision on a turn in the turn's own transaction, and say which entry its answer belongs to."""
        turn = draft.turn
        if isinstance(looked, Miss) and turn.answer_key and turn.sources:
            turn.entry_id = self._cache.entry_of(session, scope, turn.answer_key)
        made = turn.entry_id if isinstance(looked, Miss) else None
        self._cache.keep(session, scope, actor, looked, turn.id, made=made)

    def learn(self, actor: Actor, scope: Scope, looked: Miss, answer: Answer, *, led: bool) -> None:
        """Let the cache learn from an answer that was made; never raises for a part that is down."""
        try:
            if led:  # who only followed another's call would confirm an answer with itself
                self._cache.agree(actor, looked, answer.text, answer.key)
            self._cache.learned(scope)
        except CoachError as error:  # the turn is kept; what the cache learns from it is a convenience
            log.warning("cache_not_learned", extra={"reason": str(error)})

    def admit(self, scope: Scope, actor: Actor, question: str, looked: Miss, answer: Answer) -> None:
        """Give a complete answer to the cache; never raises for a part that is down."""
        sources = [quote.facts() for quote in answer.quotes]
        cost = self._rules.cost_usd(answer.model, answer.input_tokens, answer.output_tokens) or 0.0
        try:
            self._cache.admit(
                scope, question, looked.vector, answer.text, sources, key=answer.key, by=actor,
                vouched=answer.vouched, cost_usd=cost, redundancy=looked.redundancy,
            )  # fmt: skip
        except CoachError as error:  # the answer is kept and shown; sharing it is a convenience
            log.warning("not_admitted", extra={"reason": str(error)})
