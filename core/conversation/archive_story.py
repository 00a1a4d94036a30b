"""The story of one turn, put together from what every room kept of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from core.conversation.archive_model import Decision, Story, TurnLine
from core.conversation.archive_records import BetterAnswer, TurnMark
from core.conversation.model import Notice, Quote
from core.conversation.records import Turn
from core.feedback.records import Feedback
from core.semantic_cache.evidence import NAMES
from core.semantic_cache.records import CacheDecision


def decisions_for(session: Session, tenant: str, turns: Sequence[Turn]) -> dict[str, CacheDecision]:
    """Return by turn what the cache weighed for it; what was decided long ago is dropped."""
    wanted = {turn.evidence.get("decision"): turn.id for turn in turns if turn.evidence.get("decision")}
    query = select(CacheDecision).where(col(CacheDecision.id).in_(wanted), CacheDecision.tenant == tenant)
    return {wanted[row.id]: row for row in session.exec(query)}


def story(
    turn: Turn,
    line: TurnLine,
    decision: CacheDecision | None,
    given: Feedback | None,
    marks: Sequence[TurnMark],
    better: Sequence[BetterAnswer],
) -> Story:
    """Return the story of a turn."""
    return Story(
        line=line,
        answer=turn.answer,
        replaced=turn.replaced,
        remark=turn.remark,
        error=turn.error,
        evidence=turn.evidence,
        entry_id=turn.entry_id,
        answered_from=turn.answered_from,
        quotes=tuple(map(Quote.read, turn.sources)),
        notices=tuple(Notice(**notice) for notice in turn.notices),
        model=turn.model,
        stages_ms=turn.stages_ms,
        first_words_ms=turn.first_words_ms,
        input_tokens=turn.input_tokens,
        output_tokens=turn.output_tokens,
        vote=given.given.vote if given else None,
        decision=_decision(decision) if decision else None,
        marks=tuple(mark.view for mark in marks),
        better=tuple(one.view for one in better),
    )


def _decision(row: CacheDecision) -> Decision:
    return Decision(
        known=row.known,
        similarity=row.similarity,
        probability=row.probability,
        required=row.required,
        served=row.served,
        features=dict(zip(NAMES, row.features, strict=False)),
        label=row.label,
        labelled_by=row.labelled_by or "",
        reason=row.judge_reason,
    )
