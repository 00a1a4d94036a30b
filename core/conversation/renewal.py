"""Makes entries anew that are past their fresh time and were asked for meanwhile (stale while revalidate, RFC 5861)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from core.conversation.asking_rules import AskingRules
from core.conversation.fresh import Fresh
from core.errors import ServiceError
from core.semantic_cache.service import SemanticCache

log = logging.getLogger(__name__)


class Renewal:
    """Answers the questions of stale entries again, in the background.

    Parameters
    ----------
    release : callable
        Returns the release that is served now; entries of another one are left to expire.
    """

    def __init__(self, cache: SemanticCache, fresh: Fresh, rules: AskingRules, release: Callable[[], str]) -> None:
        self._cache = cache
        self._fresh = fresh
        self._rules = rules
        self._release = release

    def run(self, limit: int = 5) -> int:
        """Make up to `limit` entries anew; return how many were. Safe to run twice and beside other servers."""
        done = 0
        for _ in range(limit):
            due = self._cache.due(self._release())
            if due is None:
                return done
            entry_id, question = due
            try:
                answer = self._fresh.to(question)
            except ServiceError as error:
                log.warning("entry_not_renewed", extra={"entry": entry_id, "reason": str(error)})
                return done
            if answer is None:
                continue
            cost = self._rules.cost_usd(answer.model, answer.input_tokens, answer.output_tokens) or 0.0
            sources = [quote.facts() for quote in answer.quotes]
            done += self._cache.renew(
                entry_id, answer.text, sources, key=answer.key, vouched=answer.vouched, cost_usd=cost
            )
        return done
