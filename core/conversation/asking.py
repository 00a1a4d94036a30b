"""One turn, from a question to an answer that is kept."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from core.access.model import Actor
from core.conversation.answering import OFF_TOPIC, Answer, Answerer, Request, relevant
from core.conversation.draft import Draft
from core.conversation.model import Accepted, Notice, Outcome, State, TurnView
from core.conversation.question import cleaned, depends_on_before, is_personal
from core.conversation.safety import notices
from core.database import Database
from core.errors import CoachError, ServiceError
from core.knowledge.retrieval import Found
from core.knowledge.service import Knowledge
from core.logs import correlated
from core.ports import Clock, Embedder, Vector
from core.releases.service import Releases
from core.semantic_cache.model import Evidence, Hit, Miss, Scope, answer_key
from core.semantic_cache.service import SemanticCache

log = logging.getLogger(__name__)
RETRIEVED = 5
WITHOUT_VECTORS = "The vector store does not answer just now; the library was searched by words alone."
Part = Accepted | str | TurnView


@dataclass(frozen=True, slots=True)
class AskingRules:
    """What the settings say about turns; prices are (input, output) in US dollars per million tokens, by model."""

    locale: str
    question_max_characters: int
    relevance_threshold: float
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    log_questions: bool = False

    def cost_usd(self, answer: Answer) -> float | None:
        """Return what an answer cost, or None where no price is set for its model."""
        price = self.prices.get(answer.model)
        return price and (price[0] * answer.input_tokens + price[1] * answer.output_tokens) / 1e6


class Asking:
    """Answers questions: from the semantic cache where that is right, else from the library."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        releases: Releases,
        cache: SemanticCache,
        knowledge: Knowledge,
        embedder: Embedder,
        answerer: Answerer,
        rules: AskingRules,
    ) -> None:
        self._database = database
        self._clock = clock
        self._releases = releases
        self._cache = cache
        self._knowledge = knowledge
        self._embedder = embedder
        self._answerer = answerer
        self._rules = rules

    def ask(
        self,
        actor: Actor,
        question: str,
        *,
        conversation_id: str | None = None,
        fresh: bool = False,
        replaces: str | None = None,
    ) -> Generator[Part, None, None]:
        """Yield :class:`Accepted`, then the answer in pieces, then the :class:`TurnView` as it was kept.

        Close the generator to stop: what was answered so far is kept.

        Parameters
        ----------
        conversation_id : str or None
            One of the actor's conversations; None begins a new one.
        fresh : bool
            Answer anew even if the cache holds an answer.
        replaces : str or None
            A turn that this one stands in for; its answer is given again only if there is no other.

        Raises
        ------
        InputError
            The question cannot be used; nothing is kept.
        NotFoundError
            The conversation or the turn is not the actor's.
        """
        question = cleaned(question, self._rules.question_max_characters)
        warned = notices(question)
        serving = self._releases.serving(actor)
        draft = Draft.begin(self._database, self._clock, actor, serving, question, warned, conversation_id, replaces)
        scope = Scope(actor.tenant, serving.release_id, self._rules.locale)
        try:
            yield draft.accepted(warned)
            yield from self._answer(actor, draft, scope, fresh=fresh or replaces is not None, warned=warned)
        except GeneratorExit:
            self._end(draft, State.STOPPED)
            raise
        except CoachError as error:
            self._end(draft, State.FAILED, str(error))
            raise
        except Exception as error:
            log.exception("turn_failed", extra={"correlation_id": draft.turn.id})
            self._end(draft, State.FAILED, type(error).__name__)
            raise

    def _answer(
        self, actor: Actor, draft: Draft, scope: Scope, *, fresh: bool, warned: tuple[Notice, ...]
    ) -> Generator[Part, None, None]:
        question = draft.turn.question
        follows = bool(draft.before) and depends_on_before(question)
        shared = not (fresh or follows or warned or is_personal(question))
        vector: Vector | None = None
        with correlated(draft.turn.id), draft.watch.stage("cache"):
            looked = self._cache.lookup(scope, question, actor) if shared else None
        if isinstance(looked, Hit):
            draft.decided(Outcome.HIT, looked.evidence)
            draft.take_hit(looked)
            draft.watch.first_words = draft.watch.total
            view = self._end(draft, State.DONE)  # kept first, shown then
            yield view.answer
            yield view
            return
        if isinstance(looked, Miss):
            draft.decided(Outcome.MISS, looked.evidence)
            vector = looked.vector
        else:
            draft.decided(Outcome.BYPASS, Evidence("off"))
        asked = f"{draft.before[-1].question} {question}" if follows else question
        with correlated(draft.turn.id), draft.watch.stage("retrieve"):
            found, dense = self._retrieve(asked, vector)
        answer = yield from self._stream(actor, draft, question, found)
        remarks = [] if dense else [WITHOUT_VECTORS]
        draft.take_answer(answer, remarks, self._rules.cost_usd(answer))
        view = self._end(draft, State.INTERRUPTED if answer.cut else State.DONE)
        if shared and answer.complete and answer.quotes and dense:
            self._admit(scope, draft, vector, answer)
        yield view

    def _retrieve(self, question: str, vector: Vector | None) -> tuple[tuple[Found, ...], bool]:
        if vector is None:
            try:
                vector = self._embedder.embed([question])[0]
            except ServiceError as error:
                log.warning("retrieval_without_embedding", extra={"reason": str(error)})
        retrieved = self._knowledge.retrieve(question, vector, RETRIEVED)
        return relevant(question, retrieved.found, self._rules.relevance_threshold), retrieved.dense

    def _stream(
        self, actor: Actor, draft: Draft, question: str, found: tuple[Found, ...]
    ) -> Generator[str, None, Answer]:
        if not found:
            draft.keep(OFF_TOPIC)
            draft.watch.first_words = draft.watch.total
            yield OFF_TOPIC
            return Answer(OFF_TOPIC, answer_key(OFF_TOPIC), "none", complete=False)
        before = tuple((turn.question, turn.answer) for turn in draft.before)
        request = Request(question, found, before, self._cache.hidden_from(actor), draft.avoid)
        with draft.watch.stage("answer"), closing(self._answerer.stream(request)) as pieces:
            while True:
                with correlated(draft.turn.id):
                    piece = next(pieces)
                if isinstance(piece, Answer):
                    return piece
                draft.keep(piece)
                draft.watch.first_words = draft.watch.first_words or draft.watch.total
                yield piece

    def _admit(self, scope: Scope, draft: Draft, vector: Vector | None, answer: Answer) -> None:
        sources = [quote.facts() for quote in answer.quotes]
        try:
            with correlated(draft.turn.id):
                self._cache.admit(scope, draft.turn.question, vector, answer.text, sources, key=answer.key)
        except CoachError as error:  # the answer is kept and shown; sharing it is a convenience
            log.warning("not_admitted", extra={"reason": str(error), "correlation_id": draft.turn.id})

    def _end(self, draft: Draft, state: State, error: str | None = None) -> TurnView:
        """Keep the turn as it ended and log it, once: who closes the generator after the last part stops nothing."""
        turn = draft.turn
        if turn.state != State.ANSWERING:
            return turn.view()
        view = draft.finish(state, error)
        facts = {
            "correlation_id": turn.id,
            "outcome": turn.outcome,
            "tier": turn.evidence.get("tier"),
            "similarity": turn.evidence.get("similarity"),
            "state": turn.state,
            "release": turn.release_id,
            "model": turn.model,
            "total_ms": turn.total_ms,
            "first_words_ms": turn.first_words_ms,
            "stages_ms": turn.stages_ms,
            "input_tokens": turn.input_tokens,
            "output_tokens": turn.output_tokens,
            "cost_usd": turn.cost_usd,
            "error": turn.error,
        }
        log.info("turn", extra=facts | ({"question": turn.question} if self._rules.log_questions else {}))
        return view
