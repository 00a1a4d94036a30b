"""One turn, from a question to an answer that is kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import closing

from sqlmodel import Session

from core.access.model import Actor
from core.conversation.answering import Answer, Request, Stream
from core.conversation.asking_rules import AskingRules
from core.conversation.draft import Draft
from core.conversation.flight import Flights
from core.conversation.fresh import Fresh
from core.conversation.model import Accepted, Outcome, State, TurnView
from core.conversation.question import cleaned, may_be_shared
from core.conversation.rewriting import Rewriter
from core.conversation.safety import notices
from core.conversation.sharing import Sharing
from core.database import Database
from core.errors import CoachError
from core.knowledge.retrieval import Found
from core.logs import correlated
from core.ports import Clock, Vector
from core.releases.service import Releases
from core.semantic_cache.model import Evidence, Hit, Miss, Scope
from core.semantic_cache.service import SemanticCache

log = logging.getLogger(__name__)
Part = Accepted | str | TurnView
Also = Callable[[Session], None]
TopicOf = Callable[[str, str, Vector | None], str]
"""Returns the topic of a tenant's question, whose vector may not be known; it never raises."""


class Asking:
    """Answers questions: from the semantic cache where that is right, else from the library."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        releases: Releases,
        cache: SemanticCache,
        fresh: Fresh,
        rewriter: Rewriter,
        flights: Flights,
        rules: AskingRules,
        topic_of: TopicOf = lambda tenant, question, vector: "",
    ) -> None:
        self._database = database
        self._clock = clock
        self._releases = releases
        self._cache = cache
        self._fresh = fresh
        self._rewriter = rewriter
        self._flights = flights
        self._rules = rules
        self._sharing = Sharing(cache, rules)
        self._topic_of = topic_of

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
        draft.language = self._rules.locale
        try:
            yield draft.accepted(warned)
            yield from self._answer(actor, draft, scope, fresh=fresh or replaces is not None)
        except GeneratorExit:
            self._end(draft, State.STOPPED)
            raise
        except CoachError as error:
            self._end(draft, State.FAILED, error=str(error))
            raise
        except Exception as error:
            log.exception("turn_failed", extra={"correlation_id": draft.turn.id})
            self._end(draft, State.FAILED, error=type(error).__name__)
            raise

    def _answer(self, actor: Actor, draft: Draft, scope: Scope, *, fresh: bool) -> Generator[Part, None, None]:
        standalone = self._standalone(draft)
        question = standalone or draft.turn.question
        shared = not fresh and standalone is not None and may_be_shared(draft.turn.question) and may_be_shared(question)
        ticket = self._flights.ticket(scope, question)
        with correlated(draft.turn.id), draft.watch.stage("cache"):
            looked = self._cache.lookup(scope, question, actor) if shared else None
        draft.means(question, looked.vector if isinstance(looked, Miss) else None)
        if isinstance(looked, Hit):
            draft.decided(Outcome.HIT, looked.evidence)
            draft.take_hit(looked)
            draft.watch.first_words = draft.watch.total
            # Kept first, shown then.
            view = self._end(
                draft, State.DONE, lambda session: self._sharing.keep(session, scope, actor, draft, looked)
            )
            self._cache.learned(scope)
            yield view.answer
            yield view
        elif isinstance(looked, Miss) and looked.evidence.tier != "off":
            draft.decided(Outcome.MISS, looked.evidence)
            work = self._shareable(actor, draft, scope, question, looked)
            alone = self._own(actor, draft, question, looked.vector, standalone=True)
            pieces = self._flights.share(ticket, lambda: work, lambda: alone, self._cache.hidden_from(actor))
            answer = yield from self._finish(
                draft, pieces, lambda session: self._sharing.keep(session, scope, actor, draft, looked)
            )
            self._sharing.learn(actor, scope, looked, answer, led=draft.led)
        else:
            draft.decided(Outcome.BYPASS, Evidence("off"))
            pieces = self._own(actor, draft, question, None, standalone=standalone is not None)
            yield from self._finish(draft, pieces)

    def _standalone(self, draft: Draft) -> str | None:
        """Return the question so that it needs no context, or None where that is uncertain."""
        before = [(turn.question, turn.answer) for turn in draft.before]
        if not before:
            return draft.turn.question
        with correlated(draft.turn.id), draft.watch.stage("rewrite"):
            rewritten = self._rewriter.standalone(draft.turn.question, before)
        if rewritten.model is not None:
            used = rewritten.input_tokens, rewritten.output_tokens
            cost = self._rules.cost_usd(rewritten.model, *used)
            draft.spent(*used, cost, purpose="rewrite", model=rewritten.model)
        return rewritten.question

    def _shareable(self, actor: Actor, draft: Draft, scope: Scope, question: str, looked: Miss) -> Stream:
        """Answer for everybody who waits: from the question alone, knowing nothing of who asks."""
        found, dense = self._found(draft, question, looked.vector)
        with closing(self._fresh.answered(Request(question, found), dense)) as pieces:
            for piece in pieces:
                if isinstance(piece, Answer) and piece.complete and piece.quotes:
                    draft.led = True
                    self._sharing.admit(scope, actor, question, looked, piece)
                yield piece

    def _own(self, actor: Actor, draft: Draft, question: str, vector: Vector | None, *, standalone: bool) -> Stream:
        """Answer for this user, who may have said something before and not want to see something again."""
        asked = question if standalone or not draft.before else f"{draft.before[-1].question} {question}"
        found, dense = self._found(draft, asked, vector)
        before = tuple((turn.question, turn.answer) for turn in draft.before)
        request = Request(draft.turn.question, found, before, self._cache.hidden_from(actor), draft.avoid)
        yield from self._fresh.answered(request, dense)

    def _found(self, draft: Draft, asked: str, vector: Vector | None) -> tuple[tuple[Found, ...], bool]:
        with draft.watch.stage("retrieve"):
            if vector is None:
                vector = self._fresh.embedded(asked)
                draft.means(asked, vector)
            return self._fresh.found(asked, vector)

    def _finish(self, draft: Draft, pieces: Stream, also: Also | None = None) -> Generator[Part, None, Answer]:
        answer = yield from self._stream(draft, pieces)
        used = answer.input_tokens, answer.output_tokens
        draft.take_answer(answer, self._rules.cost_usd(answer.model, *used))
        yield self._end(draft, State.INTERRUPTED if answer.cut else State.DONE, also)
        return answer

    def _stream(self, draft: Draft, pieces: Stream) -> Generator[str, None, Answer]:
        with draft.watch.stage("answer"), closing(pieces):
            while True:
                with correlated(draft.turn.id):
                    piece = next(pieces)
                if isinstance(piece, Answer):
                    return piece
                draft.keep(piece)
                draft.watch.first_words = draft.watch.first_words or draft.watch.total
                yield piece

    def _end(self, draft: Draft, state: State, also: Also | None = None, error: str | None = None) -> TurnView:
        """Keep the turn as it ended and log it, once: who closes the generator after the last part stops nothing.

        `also` writes what belongs to the turn, in its transaction.
        """
        turn = draft.turn
        if turn.state != State.ANSWERING:
            return turn.view()
        with draft.watch.stage("topic"):
            draft.topic = self._topic_of(turn.tenant, draft.meant, draft.vector)
        view = draft.finish(state, error, also)
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
