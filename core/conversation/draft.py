"""A turn while it is being answered: what is kept, and when, so that a crash loses nothing that its user has seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from sqlmodel import Session

from core.access.model import Actor
from core.conversation.answering import Answer
from core.conversation.model import Accepted, Notice, Outcome, State, TurnView
from core.conversation.records import Conversation, Turn, own_conversation, own_turn, turns_of
from core.database import Database, new_id
from core.monitoring.model import hour_of
from core.monitoring.recording import log_call, record_turn
from core.monitoring.records import ModelCall, TurnEvent
from core.ports import Clock, Vector
from core.releases.model import Serving
from core.semantic_cache.model import Evidence, Hit
from core.semantic_cache.queries import cost_of

KEEP_EVERY_S = 0.5
LONGEST_TITLE = 60
BEFORE = 4
"""Earlier turns that the answer may know of."""


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds by stage since it was made."""

    began: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    first_words: float | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = round((time.perf_counter() - start) * 1000, 3)

    @property
    def total(self) -> float:
        """Milliseconds until now."""
        return round((time.perf_counter() - self.began) * 1000, 3)


class Draft:
    """The row of a turn and what is written to it, in transactions of its own."""

    def __init__(self, database: Database, clock: Clock, turn: Turn, before: list[Turn], avoid: frozenset[str]) -> None:
        self._database = database
        self._clock = clock
        self._kept = 0.0
        self._cost_usd: float | None = 0.0
        self.turn = turn
        self.before = before
        self.avoid = avoid
        self.led = False
        """Whether the answer came of a call of this turn's own, and not of one that it only followed."""
        self.watch = Stopwatch()
        self.meant = turn.question
        self.vector: Vector | None = None
        self.topic = ""
        self.language = ""
        self._calls: list[ModelCall] = []

    @classmethod
    def begin(
        cls,
        database: Database,
        clock: Clock,
        actor: Actor,
        serving: Serving,
        question: str,
        notices: tuple[Notice, ...],
        conversation_id: str | None,
        replaces: str | None,
    ) -> Draft:
        """Keep the question, in a new conversation or in the user's own, in place of an earlier turn or as the next."""
        now = clock.now()
        avoid: frozenset[str] = frozenset()
        with database.begin() as session:
            if replaces:
                earlier = own_turn(session, actor, replaces)
                earlier.replaced, conversation_id = True, earlier.conversation_id
                avoid = frozenset(filter(None, [earlier.answer_key]))
            if conversation_id:
                conversation = own_conversation(session, actor, conversation_id)
            else:
                conversation = Conversation(
                    id=new_id(), tenant=actor.tenant, actor_id=actor.id, title=title_of(question),
                    created_at=now, updated_at=now,
                )  # fmt: skip
            session.add(conversation)
            session.flush()
            conversation.updated_at = now
            before = turns_of(session, conversation.id, BEFORE)
            turn = Turn(
                id=new_id(), conversation_id=conversation.id, tenant=actor.tenant, actor_id=actor.id, asked_at=now,
                question=question, state=State.ANSWERING, release_id=serving.release_id, channel=serving.channel,
                notices=[asdict(notice) for notice in notices],
            )  # fmt: skip
            session.add(turn)
        return cls(database, clock, turn, before, avoid)

    def accepted(self, notices: tuple[Notice, ...]) -> Accepted:
        """Return what the page needs to go on."""
        return Accepted(self.turn.id, self.turn.conversation_id, notices)

    def means(self, question: str, vector: Vector | None) -> None:
        """Say what the question is when it stands alone, and its vector if that is known; both tell the topic."""
        self.meant, self.vector = question, vector

    def decided(self, outcome: Outcome, evidence: Evidence) -> None:
        """Say how the turn is answered, and why."""
        self.turn.outcome, self.turn.evidence = outcome, asdict(evidence)

    def take_hit(self, hit: Hit) -> None:
        """Take the answer of a cache entry."""
        self.turn.answer, self.turn.answer_key, self.turn.entry_id = hit.answer, hit.answer_key, hit.entry_id
        self.turn.answered_from, self.turn.sources = hit.created_at, [dict(source) for source in hit.sources]
        self.turn.cost_usd = self._cost_usd

    def spent(self, input_tokens: int, output_tokens: int, cost_usd: float | None, *, purpose: str, model: str) -> None:
        """Count what a call of a model took: of the stage `purpose`, ``rewrite`` or ``answer``."""
        if input_tokens or output_tokens:
            self._calls.append(
                ModelCall(
                    id=new_id(), tenant=self.turn.tenant, turn_id=self.turn.id, at=self._clock.now(), purpose=purpose,
                    model=model, input_tokens=input_tokens, output_tokens=output_tokens, cost_usd=cost_usd,
                    ms=self.watch.stages.get(purpose), error=None,
                )
            )  # fmt: skip
        self.turn.input_tokens += input_tokens
        self.turn.output_tokens += output_tokens
        self._cost_usd = None if cost_usd is None or self._cost_usd is None else self._cost_usd + cost_usd

    def take_answer(self, answer: Answer, cost_usd: float | None) -> None:
        """Take a finished answer."""
        turn = self.turn
        turn.answer, turn.answer_key, turn.model = answer.text, answer.key, answer.model
        turn.sources = [quote.facts() for quote in answer.quotes]
        self.spent(answer.input_tokens, answer.output_tokens, cost_usd, purpose="answer", model=answer.model)
        turn.cost_usd, turn.remark = self._cost_usd, answer.remark

    def keep(self, piece: str) -> None:
        """Keep a piece before it is shown: the first at once, the following twice a second."""
        self.turn.answer += piece
        if time.monotonic() - self._kept < KEEP_EVERY_S:
            return
        with self._database.begin() as session:
            if row := session.get(Turn, self.turn.id):
                row.answer = self.turn.answer
        self._kept = time.monotonic()

    def finish(self, state: State, error: str | None = None, also: Callable[[Session], None] | None = None) -> TurnView:
        """Keep the turn as it ended, its event and what else belongs to it, in one transaction."""
        turn, watch = self.turn, self.watch
        turn.state, turn.error = state, error
        turn.total_ms, turn.first_words_ms, turn.stages_ms = watch.total, watch.first_words, watch.stages
        turn.outcome = turn.outcome or Outcome.BYPASS
        with self._database.begin() as session:
            if also is not None:
                also(session)
            if session.get(Turn, turn.id) is not None:  # it is gone if its user deleted the conversation meanwhile
                session.merge(turn)
            event = event_of(turn, self._clock, self.topic, self.language)
            if turn.outcome == Outcome.HIT:
                event.saved_usd = cost_of(session, turn.entry_id)
            record_turn(session, event)
            session.add_all(self._calls)
        for call in self._calls:
            log_call(call)
        return turn.view()


def event_of(turn: Turn, clock: Clock, topic: str = "", language: str = "") -> TurnEvent:
    """Return the event of a turn: its numbers and the id of its topic, no text."""
    return TurnEvent(
        turn_id=turn.id,
        tenant=turn.tenant,
        actor_id=turn.actor_id,
        at=turn.asked_at,
        hour=hour_of(turn.asked_at),
        release_id=turn.release_id,
        channel=turn.channel,
        outcome=turn.outcome or Outcome.BYPASS,
        tier=str(turn.evidence.get("tier", "none")),
        similarity=turn.evidence.get("similarity"),
        degraded=bool(turn.evidence.get("degraded")) or bool(turn.remark),
        model=turn.model,
        total_ms=turn.total_ms if turn.total_ms is not None else (clock.now() - turn.asked_at).total_seconds() * 1000,
        first_words_ms=turn.first_words_ms,
        stages_ms=turn.stages_ms,
        input_tokens=turn.input_tokens,
        output_tokens=turn.output_tokens,
        cost_usd=turn.cost_usd,
        topic=topic,
        language=language,
        decision_id=turn.evidence.get("decision") if turn.outcome == Outcome.HIT else None,
        error=turn.error or (turn.state if turn.state != State.DONE else None),
    )


def title_of(question: str) -> str:
    """Return a conversation's first title: its first question, cut at a word.

    >>> title_of("How   do I\\ndo a push-up?")
    'How do I do a push-up?'
    """
    words = " ".join(question.split())
    if len(words) <= LONGEST_TITLE:
        return words
    return f"{words[:LONGEST_TITLE].rsplit(' ', 1)[0]}…"
