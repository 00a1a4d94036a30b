"""Fills an empty database with two weeks of questions and thumbs, so that every page has something to show.

    COACH_DATA_DIR=data/var/demo python -m benchmarks.demo

The questions go through the real services, on the embedded parts; only the clock is turned back.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tqdm import tqdm

from benchmarks.retrieval import QUESTIONS, read_questions
from core.access.model import Actor, Role, actor_id
from core.bootstrap import Services, build_services
from core.conversation.model import Outcome, TurnView
from core.feedback.model import Reason, Thumb, Vote
from core.settings import load_settings

DAYS = 14
QUESTIONS_A_DAY = 40
USERS = ("Ana", "Ben", "Chloe", "Deniz", "Emil", "Fatma", "Goran", "Hana")


class TurnedBackClock:
    """A clock that shows what it is told."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        """The time that was set last."""
        return self.time


def play(services: Services, clock: TurnedBackClock, rng: random.Random) -> None:
    """Ask some questions a day, some of them often, and vote on a third."""
    questions = [question for question, _ in read_questions(QUESTIONS)]
    popular = questions[:40]
    begin = clock.time
    for number in tqdm(range(DAYS * QUESTIONS_A_DAY), desc="Playing two weeks", unit=" questions"):
        clock.time = begin + timedelta(days=DAYS) * (number + rng.random()) / (DAYS * QUESTIONS_A_DAY)
        name = rng.choice(USERS)
        actor = Actor(actor_id(services.settings.tenant, name), services.settings.tenant, name, Role.TRAINER)
        question = rng.choice(popular if rng.random() < 0.6 else questions)
        for part in services.asking.ask(actor, question):
            if isinstance(part, TurnView) and rng.random() < 0.35:
                _vote(services, actor, part, rng)


def _vote(services: Services, actor: Actor, turn: TurnView, rng: random.Random) -> None:
    down = rng.random() < (0.12 if turn.outcome is Outcome.HIT else 0.2)
    reasons = (rng.choice(list(Reason)),) if down else ()
    services.voting.vote(actor, turn.id, Vote(Thumb.DOWN if down else Thumb.UP, reasons))


def main() -> None:
    """Play, unless the database has turns already."""
    now = datetime.now(UTC)
    clock = TurnedBackClock(now - timedelta(days=DAYS))
    services = build_services(load_settings().model_copy(update={"phrasing": False}), clock)
    services.start()
    admin = Actor("demo", services.settings.tenant, "demo", Role.ADMIN)
    past = services.monitoring.overview(admin, now - timedelta(days=90), now)
    if past.total.hits + past.total.misses + past.total.bypasses == 0:
        play(services, clock, random.Random(7))
    services.close()


if __name__ == "__main__":
    main()
