"""The life of an entry in words, on one time line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.access.model import Actor, system
from core.semantic_cache.desk_model import Step
from core.semantic_cache.model import Kind, Standing
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheEvent, CacheVerdict, CacheVote

SHOWN = 6
"""Digits of a user's id that stand for the user; names are not kept."""
STANDING_STEPS = ("quarantined", "released", "reopened", "retired", "restored")
UNDOABLE = {"quarantined": "quarantine", "retired": "delete"}
_TITLES: dict[str, str] = {Kind.ALIAS: "alias", Kind.NEGATIVE: "negative example"}


@dataclass(frozen=True, slots=True)
class Traces:
    """Everything that is kept of an entry, in any order."""

    entry: CacheEntry
    question: str
    events: Sequence[CacheEvent]
    decisions: Sequence[CacheDecision]
    votes: Sequence[CacheVote]
    verdicts: Sequence[CacheVerdict]


def who(by: str, viewer: Actor) -> str:
    """Return how somebody is called: users and admins by a part of their id, because names are not kept.

    >>> from core.access.model import Role
    >>> ada = Actor("0f" * 16, "default", "Ada", Role.ADMIN)
    >>> who(ada.id, ada), who("ab12cd34" * 4, ada), who("system", ada), who("judge:local", ada)
    ('you', 'user ab12cd', 'the system', 'judge local')
    """
    if by == viewer.id:
        return "you"
    if by == system(viewer.tenant).id or not by:
        return "the system"
    return f"judge {by.removeprefix('judge:')}" if by.startswith("judge:") else f"user {by[:SHOWN]}"


def time_line(traces: Traces, viewer: Actor) -> tuple[Step, ...]:
    """Return all steps, oldest first."""
    steps = [_event(event, viewer) for event in traces.events]
    if not any(event.what == "made" for event in traces.events):  # it is older than the history, or than what is read
        entry = traces.entry
        steps.append(Step(entry.created_at, "made", who(entry.asked_by, viewer), f"asked “{traces.question}”"))
    steps += [_decision(decision, viewer) for decision in traces.decisions]
    steps += [_known(one, viewer) for one in traces.decisions if one.label is not None]
    steps += [_vote(vote, viewer) for vote in traces.votes]
    steps += [_verdict(verdict, viewer) for verdict in traces.verdicts]
    return tuple(sorted(steps, key=lambda step: step.at))


def undoable(entry: CacheEntry, events: Sequence[CacheEvent]) -> CacheEvent | None:
    """Return the newest step between standings if a person took it, it can be undone, and it still holds."""
    newest = next((event for event in reversed(events) if event.what in STANDING_STEPS), None)
    if newest is None or newest.what not in UNDOABLE or newest.by == system(entry.tenant).id:
        return None
    return newest if entry.standing == newest.what else None


def waits_for(entry: CacheEntry, events: Sequence[CacheEvent]) -> str:
    """Say what has to happen before an entry is served to all; nothing where it is served or retired."""
    if entry.standing == Standing.PENDING:
        return "It is served to the user who asked, until a second user gets the same answer or a judge agrees."
    if entry.standing != Standing.QUARANTINED:
        return ""
    if entry.judge_state in ("open", "asking"):
        return "A judge looks at it next and releases or retires it."
    return "It waits for you: release it if the answer is right, delete it if not."


def _event(event: CacheEvent, viewer: Actor) -> Step:
    return Step(event.at, _TITLES.get(event.what, event.what), who(event.by, viewer), _detail(event.detail))


def _detail(detail: Mapping[str, str]) -> str:
    parts = [f"“{detail['question']}”" if detail.get("question") else "", detail.get("why", "")]
    before = detail.get("before")
    parts.append(f"was {before}" if before else "")
    return "; ".join(part for part in parts if part)


def _decision(decision: CacheDecision, viewer: Actor) -> Step:
    asked = f"asked “{decision.question}”"
    asked += "" if decision.known == decision.question else f", nearest is “{decision.known}”"
    sure = f"{decision.probability:.1%} sure, {decision.required:.1%} needed"
    what = "hit" if decision.served else "miss"
    evidence = f"{asked}: similarity {decision.similarity:.3f}, {sure}"
    return Step(decision.at, what, who(decision.actor_id, viewer), evidence)


def _known(decision: CacheDecision, viewer: Actor) -> Step:
    label = decision.label or 0.0
    what = ("hit" if decision.served else "miss") + (" was right" if label >= 0.5 else " was wrong")
    if not decision.served:
        what = "could have served" if label >= 0.5 else "miss was right"
    by = "a thumb" if decision.labelled_by == "thumb" else who(decision.labelled_by or "", viewer)
    reason = f": {decision.judge_reason}" if decision.judge_reason and by != "a thumb" else ""
    evidence = f"“{decision.question}”: {label:.1%} sure that this answer serves it{reason}"
    return Step(decision.labelled_at or decision.at, what, by, evidence)


def _vote(vote: CacheVote, viewer: Actor) -> Step:
    evidence = "the answer was to another question" if vote.off_question else ""
    return Step(vote.at, "thumb up" if vote.thumb > 0 else "thumb down", who(vote.actor_id, viewer), evidence)


def _verdict(verdict: CacheVerdict, viewer: Actor) -> Step:
    said = {True: "judged right", False: "judged wrong", None: "judge cannot say"}[verdict.same]
    if verdict.ended_at is None:
        said = "judge was asked"
    tokens = f" ({verdict.tokens:,} tokens)" if verdict.tokens else ""
    return Step(verdict.ended_at or verdict.at, said, f"judge {verdict.judge}", verdict.reason + tokens)
