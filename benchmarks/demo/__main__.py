"""Fills an empty database with ninety days of believable traffic, through the real tables, as the tenant ``demo``.

    COACH_TENANT=demo COACH_DATA_DIR=data/var/demo python -m benchmarks.demo [--a-day N] [--remove]

Every answer is one that the coach gives to that question from the bundled library; who asked when, what the cache did
and who voted is drawn at random from :mod:`benchmarks.demo.story`. A tenant that has turns is left as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlmodel import insert, select
from tqdm import tqdm

from benchmarks.demo.answers import TurnedBackClock, ask_all, questions
from benchmarks.demo.play import Player
from benchmarks.demo.removal import remove
from benchmarks.demo.rows import Rows, Writer, batches
from benchmarks.demo.story import BAD_WEEK, DAYS, Story
from core.bootstrap import Services, build_services
from core.conversation.records import Conversation, Turn
from core.drift.model import Kind
from core.feedback.records import Feedback
from core.monitoring.bulk import settle, write
from core.semantic_cache.records import CacheDecision
from core.setting_sources import load_settings

TENANT = "demo"
ASKED_WITHIN = timedelta(days=27)
"""Of the end: topics are made of the questions of four weeks."""


def fill(services: Services, clock: TurnedBackClock, story: Story, asked: Mapping[str, Sequence[str]]) -> int:
    """Play the story into the database; return how many turns it has."""
    tenant = services.settings.tenant
    releases = _release_all(services, clock, story)
    end = story.begin + timedelta(days=DAYS)
    known = ask_all(services, clock, asked, max(releases[-1][0], end - ASKED_WITHIN), end)
    measure = services.cache.learner.measure
    writer = Writer(tenant, services.settings.locale, known, releases, measure)
    turns = 0
    with tqdm(desc="Playing ninety days", unit=" turns") as bar:
        for rows in batches(writer, Player(story, asked).turns()):
            _write(services, rows)
            turns += len(rows.turns)
            bar.update(len(rows.turns))
    _analyse(services, clock, story)
    return turns


def _analyse(services: Services, clock: TurnedBackClock, story: Story) -> None:
    """Roll everything up, and make the weekly drift reports as they would have come."""
    settle(services.database)
    services.monitoring.roll_up()
    for day in tqdm(range(35, DAYS, 7), desc="Analysing drift", unit=" weeks"):
        clock.time = story.begin + timedelta(days=day)
        services.drift.run((Kind.WEEKLY,))
    clock.time = story.begin + timedelta(days=DAYS)
    services.drift.run()


def _release_all(services: Services, clock: TurnedBackClock, story: Story) -> list[tuple[datetime, str]]:
    """Make three releases: a careful one, one with a careless cache, and the one in force with fresh knowledge."""
    tenant, spec = services.settings.tenant, services.spec()
    old = replace(spec, knowledge_version="demo-before-the-refresh")
    begun = []
    for day, one in ((0, old), (BAD_WEEK[0], replace(old, cache_policy="on budget=0.2 days=30")), (BAD_WEEK[1], spec)):
        clock.time = story.begin + timedelta(days=day)
        begun.append((clock.time, services.releases.configure(tenant, one).release_id))
    return begun


def _write(services: Services, rows: Rows) -> None:
    with services.database.begin() as session:
        for table, made in (
            (Conversation, rows.conversations),
            (Turn, rows.turns),
            (Feedback, rows.feedback),
            (CacheDecision, rows.decisions),
        ):
            if made:
                session.execute(insert(table), made)
    write(
        services.database, turns=rows.turn_events, votes=rows.vote_events, verdicts=rows.verdict_events,
        calls=rows.model_calls,
    )  # fmt: skip


def _is_empty(services: Services) -> bool:
    with services.database.read() as session:
        found = session.exec(select(Turn.id).where(Turn.tenant == services.settings.tenant).limit(1)).first()
    return found is None


def main() -> int:
    """Fill or remove; return 0, or 1 with a sentence that says what is wrong."""
    parser = argparse.ArgumentParser("python -m benchmarks.demo", description=__doc__)
    parser.add_argument("--a-day", type=float, default=480.0, help="questions a day, on average (default 480)")
    parser.add_argument("--remove", action="store_true", help="remove every row of the demo")
    arguments = parser.parse_args()
    settings = load_settings()
    if settings.tenant != TENANT:
        sys.stderr.write(f"The demo lives in a tenant of its own: set COACH_TENANT={TENANT}.\n")
        return 1
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    clock = TurnedBackClock(now)
    with closing(build_services(settings.model_copy(update={"phrasing": False}), clock)) as services:
        if arguments.remove:
            services.database.migrate()
            print(f"{remove(services):,} rows of the demo are gone.")
            return 0
        services.database.migrate()
        if not _is_empty(services):
            print("The demo has its turns already; remove it first with --remove to play it anew.")
            return 0
        services.knowledge.sync()
        services.topics.fit(settings.tenant)
        turns = fill(services, clock, Story(now - timedelta(days=DAYS), arguments.a_day), questions())
    print(f"{turns:,} turns were played.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
