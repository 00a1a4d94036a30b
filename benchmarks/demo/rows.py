"""Makes the rows of the demo: those that the product itself would have written."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.demo.answers import Known, demo_user
from benchmarks.demo.play import AUDITED, Played
from core.conversation.draft import title_of
from core.feedback.model import Reason
from core.monitoring.model import hour_of
from core.semantic_cache.evidence import Compared

Row = dict[str, Any]
MODEL = "demo-model"
FAILURE = "The chat model did not answer in time; try again."


@dataclass(slots=True)
class Rows:
    """Rows by table, in an order in which they may be written."""

    conversations: list[Row] = field(default_factory=list)
    turns: list[Row] = field(default_factory=list)
    feedback: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
    turn_events: list[Row] = field(default_factory=list)
    vote_events: list[Row] = field(default_factory=list)
    verdict_events: list[Row] = field(default_factory=list)
    model_calls: list[Row] = field(default_factory=list)


class Writer:
    """Turns what was played into rows.

    Parameters
    ----------
    releases : list of (datetime, str)
        When each release began to serve, oldest first.
    measure : str
        Under which embedder and verifier the decisions are kept.
    """

    def __init__(
        self, tenant: str, locale: str, known: Mapping[str, Known], releases: list[tuple[datetime, str]],
        measure: str, seed: int = 7,
    ) -> None:  # fmt: skip
        self._tenant = tenant
        self._locale = locale
        self._known = known
        self._questions = list(known)
        self._releases = releases
        self._measure = measure
        self._rng = random.Random(seed)
        self._open: dict[int, Row] = {}
        self._asked: dict[str, int] = defaultdict(int)

    def add(self, played: Played, rows: Rows) -> None:
        """Add the rows of one turn."""
        turn = self._turn(played, rows)
        rows.turns.append(turn)
        event = self._event(played, turn)
        rows.turn_events.append(event)
        if turn["model"] == MODEL:
            rows.model_calls.append(self._call(turn, event))
        decision = turn["evidence"].get("decision")
        if decision:
            rows.decisions.append(self._decision(played, turn))
            if played.audited:
                rows.verdict_events.append(self._verdict(turn, event, right=not played.wrong))
        if played.vote:
            rows.feedback.append(self._vote(played, turn))
            rows.vote_events.append(self._vote_event(played, turn, event))

    def _id(self, at: datetime) -> str:
        return f"{int(at.timestamp() * 1000):012x}{self._rng.getrandbits(80):020x}"

    def _release(self, at: datetime) -> str:
        return next(release for begin, release in reversed(self._releases) if begin <= at)

    def _conversation(self, played: Played, rows: Rows) -> Row:
        row = self._open.get(played.visit)
        if row is None:
            self._open = {played.visit: (row := {
                "id": self._id(played.at), "tenant": self._tenant,
                "actor_id": demo_user(self._tenant, played.person).id,
                "title": title_of(played.question), "created_at": played.at, "updated_at": played.at,
            })}  # fmt: skip
            rows.conversations.append(row)
        row["updated_at"] = played.at
        return row

    def _turn(self, played: Played, rows: Rows) -> Row:
        conversation = self._conversation(played, rows)
        answered = self._rng.choice(self._questions) if played.wrong else played.question
        known, fresh = self._known[answered], played.outcome != "hit"
        self._asked[answered] += 1
        release = self._release(played.at)
        return {
            "id": self._id(played.at), "conversation_id": conversation["id"], "tenant": self._tenant,
            "actor_id": conversation["actor_id"], "asked_at": played.at, "question": played.question,
            "state": "failed" if played.failed else "done", "release_id": release, "channel": "stable",
            "notices": [], "replaced": False, "answer": "" if played.failed else known.answer,
            "answer_key": None if played.failed else known.key, "outcome": played.outcome,
            "evidence": self._evidence(played, answered), "sources": [] if played.failed else known.sources,
            # The entries of earlier releases are gone.
            "entry_id": known.entry_id if not fresh and release == self._releases[-1][1] else None,
            "answered_from": None if fresh else played.at - timedelta(hours=self._rng.expovariate(1 / 60)),
            "remark": "", "model": MODEL if fresh and not played.failed else "",
            "stages_ms": self._stages(played), "total_ms": round(played.ms, 3),
            "first_words_ms": round(played.ms * (0.35 if fresh else 1), 3),
            "input_tokens": self._rng.randint(700, 1500) if fresh else 0,
            "output_tokens": max(20, len(known.answer) // 4) if fresh and not played.failed else 0,
            "cost_usd": 0.0, "error": FAILURE if played.failed else None,
        }  # fmt: skip

    def _evidence(self, played: Played, answered: str) -> Row:
        rng = self._rng
        if played.outcome == "bypass":
            return {"tier": "off", "asked": 0, "liked": 0, "degraded": False}
        tier = "none" if played.outcome == "miss" else "semantic" if played.semantic else "exact"
        similarity = {"none": rng.uniform(0.35, 0.8), "exact": 1.0, "semantic": rng.uniform(0.82, 0.98)}[tier]
        told: Row = {"tier": tier, "similarity": round(similarity, 4), "question": answered, "degraded": False}
        if tier == "none":
            return told | {"probability": round(rng.uniform(0.02, 0.7), 4), "required": 0.93, "asked": 0, "liked": 0}
        told |= {"asked": self._asked[answered], "liked": round(self._asked[answered] * 0.09)}
        if tier == "semantic":
            told |= {
                "probability": round(rng.uniform(0.93, 0.995), 4),
                "required": 0.93,
                "decision": self._id(played.at),
            }
        return told

    def _stages(self, played: Played) -> dict[str, float]:
        if played.outcome == "hit":
            return {"cache": round(played.ms * 0.8, 3)}
        return {"cache": 9.0, "retrieve": 14.0, "answer": round(max(1.0, played.ms - 25), 3)}

    def _event(self, played: Played, turn: Row) -> Row:
        cost = (turn["input_tokens"] * 0.4 + turn["output_tokens"] * 1.6) / 1e6
        turn["cost_usd"] = cost
        evidence = turn["evidence"]
        return {
            "turn_id": turn["id"], "at": turn["asked_at"], "hour": hour_of(turn["asked_at"]), "tier": evidence["tier"],
            "similarity": evidence.get("similarity"), "degraded": False, "language": self._locale,
            "topic": self._known[played.question].topic, "saved_usd": 0.0007 if played.outcome == "hit" else None,
            "decision_id": evidence.get("decision"),
        } | {
            name: turn[name]
            for name in (
                "tenant", "actor_id", "release_id", "channel", "outcome", "model", "total_ms", "first_words_ms",
                "stages_ms", "input_tokens", "output_tokens", "cost_usd", "error",
            )
        }  # fmt: skip

    def _call(self, turn: Row, event: Row) -> Row:
        spent = {name: event[name] for name in ("tenant", "input_tokens", "output_tokens", "cost_usd", "error")}
        return spent | {
            "id": self._id(turn["asked_at"]), "turn_id": turn["id"], "at": turn["asked_at"], "purpose": "answer",
            "ms": turn["stages_ms"]["answer"], "model": MODEL,
        }  # fmt: skip

    def _decision(self, played: Played, turn: Row) -> Row:
        evidence, at = turn["evidence"], played.at
        sure = np.clip(evidence["probability"] + self._rng.uniform(-0.03, 0.004), 0.01, 0.999)
        compared = Compared(
            evidence["similarity"], self._rng.uniform(0.02, 0.3), 0, self._rng.uniform(0.3, 0.9), float(sure)
        )
        label = float(not played.wrong) if played.audited else None
        return {
            "id": evidence["decision"], "tenant": self._tenant, "measure": self._measure,
            "namespace": f"cache-{self._tenant}-{turn['release_id']}-{self._locale}", "actor_id": turn["actor_id"],
            "at": at, "question": played.question, "entry_id": turn["entry_id"] or "", "known": evidence["question"],
            "features": [float(number) for number in compared.features()], "similarity": evidence["similarity"],
            "probability": evidence["probability"], "required": evidence["required"], "served": True,
            "fresh_entry_id": None, "label": label, "labelled_by": "judge" if played.audited else None,
            "labelled_at": at if played.audited else None, "weight": 1 / AUDITED if played.audited else 1.0,
            "judge_state": "done" if played.audited else "none", "judge": MODEL if played.audited else "",
            "judge_reason": "", "judge_tokens": 300 if played.audited else 0,
        }  # fmt: skip

    def _verdict(self, turn: Row, event: Row, *, right: bool) -> Row:
        return {
            "turn_id": turn["id"], "decision_id": event["decision_id"], "at": turn["asked_at"] + timedelta(minutes=2),
            "by": f"judge:{MODEL}", "before": None, "after": int(right), "turn_hour": event["hour"],
        } | _place(event)  # fmt: skip

    def _vote(self, played: Played, turn: Row) -> Row:
        at = played.at + timedelta(seconds=self._rng.uniform(5, 90))
        reasons: list[str] = []
        if played.vote < 0:
            reasons = [Reason.NOT_MY_QUESTION.value if played.wrong else self._rng.choice(list(Reason)).value]
        return {
            "turn_id": turn["id"], "actor_id": turn["actor_id"], "tenant": self._tenant, "thumb": played.vote,
            "reasons": reasons, "comment": "I asked about something else." if played.wrong else "", "better_answer": "",
            "created_at": at, "updated_at": at, "withdrawn_at": None,
        }  # fmt: skip

    def _vote_event(self, played: Played, turn: Row, event: Row) -> Row:
        at = played.at + timedelta(seconds=60)
        return {
            "id": self._id(at), "turn_id": turn["id"], "actor_id": turn["actor_id"], "at": at, "hour": hour_of(at),
            "before": 0, "after": played.vote, "turn_hour": event["hour"],
        } | _place(event)  # fmt: skip


def _place(event: Row) -> Row:
    return {name: event[name] for name in ("tenant", "release_id", "channel", "outcome", "topic", "language")}


def batches(writer: Writer, turns: Iterator[Played], size: int = 2000) -> Iterator[Rows]:
    """Yield rows of `size` turns at a time; a conversation is in the batch of its first turn."""
    rows = Rows()
    for played in turns:
        writer.add(played, rows)
        if len(rows.turns) >= size:
            yield rows
            rows = Rows()
    if rows.turns:
        yield rows
