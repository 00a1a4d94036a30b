"""A server dies by SIGKILL under load: what it said was kept is there, and the rollups equal a rebuild."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import closing, suppress
from dataclasses import astuple
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread

from sqlmodel import select

from core.access.model import Role
from core.database import Database
from core.monitoring.records import TurnEvent, VoteEvent
from tests.core.monitoring.events import PRODUCT, Events
from tests.house import person

KILLS = int(os.environ.get("MONITORING_KILLS", "5"))
"""Rounds; the figure that is published is of 50."""


def work(url: str, first: int, said: Connection) -> None:
    """Write turns and votes and say each that is kept, while another thread rolls up, without end."""
    with closing(Database(url)) as database:
        events = Events(database)

        def roll() -> None:
            while True:
                events.monitoring.roll_up()

        Thread(target=roll, daemon=True).start()
        for number in range(first, first + 1_000_000):
            turn = events.turn("hit" if number % 3 else "miss", hour=number % 40, turn_id=f"turn {number}")
            said.send(turn)
            events.vote(0, 1 if number % 2 else -1, turn=turn)
            said.send(f"vote {number}")


def killed(url: str, first: int, moment: random.Random) -> list[str]:
    """Let a server work, kill it at a random moment, and return what it said was kept."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    heard, said = processes.Pipe(duplex=False)
    worker = processes.Process(target=work, args=(url, first, said))
    worker.start()
    said.close()
    kept = [heard.recv() for _ in range(moment.randint(1, 60))]
    time.sleep(moment.uniform(0, 0.03))
    worker.kill()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    with suppress(EOFError, OSError):
        while True:
            kept.append(heard.recv())
    heard.close()
    return kept


def test_after_any_kill_all_that_was_kept_is_there_and_counted_once(database: Database) -> None:
    url, moment, first = database.url.render_as_string(hide_password=False), random.Random(11), 0
    kept: set[str] = set()
    for _ in range(KILLS):
        kept.update(killed(url, first, moment))
        first += 1_000_000
        events = Events(database)
        with database.read() as session:
            turns = set(session.exec(select(TurnEvent.turn_id)))
            votes = {f"vote {turn.split()[1]}" for turn in session.exec(select(VoteEvent.turn_id))}
        assert kept <= turns | votes
        events.monitoring.roll_up()
        shown = events.monitoring.board(PRODUCT, events.view())
        assert (shown.series.total.turns, shown.series.total.votes) == (len(turns), len(votes))
        events.monitoring.rebuild(person(role=Role.ADMIN))
        again = events.monitoring.board(PRODUCT, events.view())
        assert astuple(again.series) == astuple(shown.series)
        assert again.groups == shown.groups
