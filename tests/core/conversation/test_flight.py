from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from multiprocessing import get_context
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.adapters.clock import SystemClock
from core.conversation.flight import Flights
from core.conversation.flight_records import FlightRow, FlightRows, Ticket
from core.database import Database, new_id
from core.errors import ServiceError
from core.semantic_cache.model import Hidden, Scope
from tests.core.conversation.flying import (
    NOBODY_HIDES,
    QUESTION,
    SCOPE,
    Calls,
    answer,
    asks,
    at_once,
    dies,
    hides,
    own,
    process,
    whole,
)
from tests.house import MovableClock, down

USERS = 100
TOLD = "Hands down."
FREE = {"input_tokens": 0, "output_tokens": 0}
"""What an answer costs those for whom another has paid."""


@pytest.fixture
def flights(database: Database) -> Flights:
    return Flights(database, SystemClock())


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> object:
    before = set(threading.enumerate())
    yield
    # The database's own ends with the database.
    left = [thread for thread in threading.enumerate() if thread not in before and thread.name != "checkpoints"]
    assert left == []


def test_a_hundred_who_ask_at_once_share_one_call(flights: Flights) -> None:
    calls, alone = Calls(["Hands ", 0.3, "down.", answer(TOLD)]), own()
    told = at_once(USERS, lambda number: asks(flights, calls, alone=alone))
    assert [(pieces, last.text) for pieces, last in told] == [(TOLD, TOLD)] * USERS
    assert (calls.made, alone.made) == (1, 0)
    assert sorted(last.input_tokens for _, last in told) == [0] * (USERS - 1) + [120]


def test_who_asked_before_the_answer_came_and_is_late_takes_it(flights: Flights) -> None:
    calls = Calls(whole(TOLD))
    late = flights.ticket(SCOPE, QUESTION)
    asks(flights, calls)
    *pieces, last = flights.share(late, calls, own(), NOBODY_HIDES)
    assert (pieces, last) == ([TOLD], answer(TOLD, **FREE))
    assert calls.made == 1


def test_who_asks_after_the_answer_came_is_answered_anew(flights: Flights) -> None:
    calls = Calls(whole("first"), whole("second"))
    assert [asks(flights, calls)[0], asks(flights, calls)[0]] == ["first", "second"]


def test_followers_read_the_pieces_as_they_come(flights: Flights) -> None:
    gate = Event()
    calls = Calls(["Hands ", gate, "down.", answer(TOLD)])
    streams = [flights.share(flights.ticket(SCOPE, QUESTION), calls, own(), NOBODY_HIDES) for _ in range(3)]
    assert [next(stream) for stream in streams] == ["Hands "] * 3
    gate.set()
    assert [[*stream] for stream in streams] == [["down.", answer(TOLD, **spent)] for spent in [{}, FREE, FREE]]


def test_one_failure_reaches_one_user_and_the_next_one_leads(flights: Flights) -> None:
    calls = Calls([0.2, down()], [0.2, down()], whole(TOLD))
    told = at_once(10, lambda number: asks(flights, calls))
    failed = [one for one in told if isinstance(one, ServiceError)]
    assert (len(failed), calls.made) == (2, 3)
    assert [one[0] for one in told if one not in failed] == [TOLD] * 8


def test_who_saw_words_of_a_broken_call_is_given_a_whole_answer(flights: Flights) -> None:
    calls = Calls(["Hands ", down()], whole("Elbows ", "in."))
    one, other = (flights.share(flights.ticket(SCOPE, QUESTION), calls, own(), NOBODY_HIDES) for _ in range(2))
    assert [next(one), next(other)] == ["Hands ", "Hands "]
    with pytest.raises(ServiceError):
        next(one)
    assert [*other] == [answer("Elbows in.")]


def test_a_cut_answer_is_the_one_users_who_drew_it(flights: Flights) -> None:
    calls = Calls(["Hands ", 0.2, answer("Hands ", complete=False, cut=True)], whole(TOLD))
    told = [last.text for _, last in at_once(10, lambda number: asks(flights, calls))]
    assert sorted(told) == ["Hands ", *[TOLD] * 9]
    assert calls.made == 2


def test_a_second_best_answer_is_tried_once_more_and_serves_all_then(flights: Flights) -> None:
    calls = Calls([0.2, answer("quoted", complete=False)])
    told = at_once(20, lambda number: asks(flights, calls))
    assert [(pieces, last.text) for pieces, last in told] == [("quoted", "quoted")] * 20
    assert calls.made == 2


def test_who_stops_takes_nothing_from_the_others(flights: Flights) -> None:
    calls = Calls(whole("Hands ", "down."))
    one, other = (flights.share(flights.ticket(SCOPE, QUESTION), calls, own(), NOBODY_HIDES) for _ in range(2))
    assert [next(one), next(other)] == ["Hands ", "Hands "]
    one.close()
    assert [*other] == ["down.", answer(TOLD)]
    assert (calls.made, calls.closed) == (1, 0)


def test_the_last_to_stop_closes_the_call_and_frees_the_lead(flights: Flights, database: Database) -> None:
    calls = Calls(whole("Hands ", "down."))
    streams = [flights.share(flights.ticket(SCOPE, QUESTION), calls, own(), NOBODY_HIDES) for _ in range(2)]
    for stream in streams:
        next(stream)
    for stream in streams:
        stream.close()
    assert (calls.made, calls.closed) == (1, 1)
    assert asks(Flights(database, SystemClock()), Calls(whole("anew")))[0] == "anew"


def test_who_waits_too_long_answers_alone(database: Database) -> None:
    flights, gate = Flights(database, SystemClock(), patience_s=0.3), Event()
    calls, alone = Calls([gate, *whole(TOLD)]), own()
    leader = threading.Thread(target=asks, args=(flights, calls))
    leader.start()
    while not calls.made:
        time.sleep(0.01)
    assert asks(flights, calls, alone=alone)[0] == "my own"
    gate.set()
    leader.join()
    assert (calls.made, alone.made) == (1, 1)


def test_a_hidden_answer_is_not_shown_in_part_and_its_cost_is_kept(flights: Flights) -> None:
    calls = Calls(["Hands ", 0.2, "down.", answer(TOLD)])

    def ask(number: int) -> str:
        return asks(flights, calls, alone=own("else"), hidden=hides(TOLD) if number % 2 else NOBODY_HIDES)[0]

    assert at_once(6, ask) == [TOLD, "else"] * 3
    assert calls.made == 1
    assert asks(flights, Calls(whole(TOLD)), alone=own("else"), hidden=hides(TOLD))[1].input_tokens == 240


def test_an_answer_that_only_begins_like_a_hidden_one_is_shown(flights: Flights) -> None:
    told = asks(flights, Calls(whole("Hands down, ", "elbows in.")), hidden=hides("Hands down, feet up."))
    assert told[0] == "Hands down, elbows in."


@pytest.mark.parametrize(
    "other",
    [Scope("other", "release", "en"), Scope("default", "other", "en"), Scope("default", "release", "de"),
     Scope("default-release", "en", ""), Scope("", "default-release", "en")],
)  # fmt: skip
def test_nothing_is_shared_between_scopes(flights: Flights, other: Scope) -> None:
    calls = [Calls([0.2, *whole("ours")]), Calls([0.2, *whole("theirs")])]
    told = at_once(8, lambda number: asks(flights, calls[number % 2], scope=[SCOPE, other][number % 2])[0])
    assert told == ["ours", "theirs"] * 4


def test_who_waits_for_a_dead_server_leads_once_its_lease_has_run_out(database: Database, clock: MovableClock) -> None:
    gone = FlightRows(database, clock, timedelta(seconds=10), timedelta(seconds=30))
    gone.take(Ticket(SCOPE, Flights(database, clock).ticket(SCOPE, QUESTION).key, 0), "gone")
    flights, calls, told = Flights(database, clock), Calls(whole(TOLD)), []
    threads = [threading.Thread(target=lambda: told.append(asks(flights, calls)[0])) for _ in range(5)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert (calls.made, told) == (0, [])
    clock.pass_by(seconds=11)
    for thread in threads:
        thread.join(10)
    assert (calls.made, told) == (1, [TOLD] * 5)


def test_a_silent_call_keeps_its_lease(database: Database) -> None:
    servers = [Flights(database, SystemClock(), lease_s=0.6) for _ in range(2)]
    calls = Calls([2.0, *whole(TOLD)])
    assert [told[0] for told in at_once(4, lambda number: asks(servers[number % 2], calls))] == [TOLD] * 4
    assert calls.made == 1


def test_nothing_is_remembered_of_calls_that_are_over(
    flights: Flights, database: Database, clock: MovableClock
) -> None:
    for number in range(20):
        asks(flights, Calls(whole(TOLD)), question=f"Question {number}?")
    assert flights._flights == {}
    clock.time = SystemClock().now()
    clock.pass_by(minutes=1)
    assert Flights(database, clock).sweep() == 20
    with database.read() as session:
        assert session.get(FlightRow, flights.ticket(SCOPE, "Question 1?").identity) is None


@pytest.mark.parametrize("templates", ["postgresql"], indirect=True)
@pytest.mark.slow
def test_two_processes_share_one_call(database: Database) -> None:
    spawn = get_context("spawn")
    together, results = spawn.Barrier(2), spawn.Queue()
    url = database.url.render_as_string(hide_password=False)
    servers = [spawn.Process(target=process, args=(url, 10, together, results), daemon=True) for _ in range(2)]
    for server in servers:
        server.start()
    said = [results.get(timeout=120) for _ in servers]
    for server in servers:
        server.join(30)
    results.close()
    results.join_thread()
    assert sorted(made for made, _ in said) == [0, 1]
    told = [one for _, answers in said for one in answers]
    assert sorted(told) == [(TOLD, 0)] * 19 + [(TOLD, 120)]


@pytest.mark.parametrize("templates", ["postgresql"], indirect=True)
@pytest.mark.slow
def test_a_killed_process_holds_nobody_up(database: Database) -> None:
    spawn = get_context("spawn")
    leads = spawn.Event()
    url = database.url.render_as_string(hide_password=False)
    server = spawn.Process(target=dies, args=(url, 1.0, leads), daemon=True)
    server.start()
    assert leads.wait(120)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    server.join(30)
    flights, calls, alone = Flights(database, SystemClock(), lease_s=1.0), Calls([0.2, *whole(TOLD)]), own()
    assert [told[0] for told in at_once(5, lambda number: asks(flights, calls, alone=alone))] == [TOLD] * 5
    assert (calls.made, alone.made) == (1, 0)


users = st.lists(st.tuples(st.integers(0, 1), st.booleans(), st.integers(0, 4)), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def one_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all examples, each with a tenant of its own."""
    with closing(Database(f"sqlite:///{tmp_path_factory.mktemp('flights')}/test.db")) as opened:
        opened.migrate()
        yield opened


@settings(max_examples=40, deadline=None, database=None)
@given(users=users, order=st.lists(st.integers(0, 5), max_size=30))
def test_nobody_is_shown_what_is_hidden_or_of_another_scope(
    one_database: Database, users: list[tuple[int, bool, int]], order: list[int]
) -> None:
    texts, tenant = ["Hands down, elbows in.", "Feet up, back straight."], new_id()
    flights = Flights(one_database, SystemClock())
    calls = [Calls(whole(*(f"{word} " for word in text.split()))) for text in texts]
    told = [""] * len(users)
    streams = [
        flights.share(
            flights.ticket(Scope(tenant, f"release-{which}", "en"), QUESTION),
            calls[which], own(), hides(texts[which]) if hiding else Hidden(),
        )
        for which, hiding, _ in users
    ]  # fmt: skip
    for number in [*order, *(number for number in range(len(users)) for _ in range(9))]:
        if number < len(users):
            piece = next(streams[number], "")
            told[number] += piece if isinstance(piece, str) else ""
            if len(told[number].split()) == users[number][2]:  # some stop after as many words
                streams[number].close()
    for (which, hiding, _), said in zip(users, told, strict=True):
        assert ("my own" if hiding else texts[which]).startswith(said.strip())
    assert flights._flights == {}
