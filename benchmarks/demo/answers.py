"""The answers of the demo: each question is asked once, through the real services, of the bundled library."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import col, select
from tqdm import tqdm

from benchmarks.demo.play import PEOPLE
from benchmarks.demo.story import PERSONAL, REST
from benchmarks.retrieval import QUESTIONS, read_questions
from core.access.model import Actor, Role, actor_id
from core.bootstrap import Services
from core.conversation.model import TurnView
from core.conversation.question import may_be_shared
from core.conversation.records import Turn

OWN = Path(__file__).with_name("questions.json")


class TurnedBackClock:
    """A clock that shows what it is told."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        """The time that was set last."""
        return self.time


@dataclass(frozen=True, slots=True)
class Known:
    """What the coach says to a question, and the topic that the question falls into."""

    answer: str
    key: str | None
    sources: list[dict[str, Any]]
    entry_id: str | None
    topic: str


def questions() -> dict[str, list[str]]:
    """Return the questions by subject, the most common first; those that tell of who asks are personal ones."""
    own: dict[str, list[str]] = json.loads(OWN.read_text(encoding="utf-8"))
    every = own | {REST: [question for question, _ in read_questions(QUESTIONS)]}
    shared = {subject: [one for one in asked if may_be_shared(one)] for subject, asked in every.items()}
    return shared | {PERSONAL: [one for asked in every.values() for one in asked if not may_be_shared(one)]}


def ask_all(
    services: Services, clock: TurnedBackClock, asked: Mapping[str, Sequence[str]], since: datetime, until: datetime
) -> dict[str, Known]:
    """Ask every question once, spread evenly over a time and over people, and return what is known then."""
    tenant, turns = services.settings.tenant, {}
    every = [question for part in asked.values() for question in part]
    for number, question in enumerate(tqdm(every, desc="Asking the coach", unit=" questions")):
        clock.time = since + (until - since) * number / len(every)
        person = demo_user(tenant, number % PEOPLE)
        for part in services.asking.ask(person, question):
            if isinstance(part, TurnView):
                turns[question] = part.id
    services.topics.fit(tenant)
    return dict(_known(services, turns))


def demo_user(tenant: str, number: int) -> Actor:
    """Return one of the people of the demo."""
    name = f"demo user {number}"
    return Actor(actor_id(tenant, name), tenant, name, Role.TRAINER)


def _known(services: Services, turns: Mapping[str, str]) -> Iterable[tuple[str, Known]]:
    with services.database.read() as session:
        rows = {row.id: row for row in session.exec(select(Turn).where(col(Turn.id).in_(turns.values())))}
    for question, turn_id in turns.items():
        row = rows[turn_id]
        topic = services.topics.topic_of(row.tenant, question, None)
        yield question, Known(row.answer, row.answer_key, row.sources, row.entry_id, topic)
