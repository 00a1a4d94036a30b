from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from core.adapters.resilience import LONGEST_PAUSE_S, Resilient, ServiceBusy
from core.database import Database
from core.errors import ServiceRefused, ServiceUnavailable


def quick(attempts: int = 3, failures: int = 100, reset_s: float = 60) -> Resilient:
    return Resilient(
        "Vendor", attempts=attempts, base_delay_s=0.001, breaker_failures=failures, breaker_reset_s=reset_s
    )


class Vendor:
    """Fails with each of `errors` in turn, then works."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"

    def pieces(self) -> Generator[str, None, None]:
        yield self()
        yield self()


def down() -> ServiceUnavailable:
    return ServiceUnavailable("Vendor", "Vendor is down.")


def refused() -> ServiceRefused:
    return ServiceRefused("Vendor", "Vendor refused the key.")


def test_tries_again_while_the_service_is_unavailable() -> None:
    vendor = Vendor(down(), down())
    assert quick().call(vendor) == "done"
    assert vendor.calls == 3


def test_raises_the_last_error_when_every_try_has_failed() -> None:
    last = down()
    vendor = Vendor(down(), down(), last)
    with pytest.raises(ServiceUnavailable) as caught:
        quick().call(vendor)
    assert caught.value is last
    assert vendor.calls == 3


@pytest.mark.parametrize("error", [refused(), ValueError("a bug")], ids=["refused", "bug"])
def test_tries_only_once_what_trying_again_cannot_help(error: Exception) -> None:
    vendor = Vendor(error)
    with pytest.raises(type(error)):
        quick().call(vendor)
    assert vendor.calls == 1


def test_a_check_is_tried_only_once() -> None:
    vendor = Vendor(down())
    with pytest.raises(ServiceUnavailable):
        quick().once(vendor)
    assert vendor.calls == 1


@pytest.mark.parametrize(("asked", "pause"), [(0.5, 0.5), (3600, LONGEST_PAUSE_S)])
def test_pauses_as_long_as_the_service_asks_within_a_cap(
    asked: float, pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", pauses.append)
    quick().call(Vendor(ServiceBusy("Vendor", "Vendor is limiting.", asked)))
    assert pauses == [pause]


def test_pauses_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", pauses.append)
    Resilient("Vendor", attempts=5, base_delay_s=1).call(Vendor(*[down() for _ in range(4)]))
    assert [1 <= pauses[0] <= 2, 2 <= pauses[1] <= 3, 4 <= pauses[2] <= 5, 8 <= pauses[3] <= 9] == [True] * 4


def test_an_open_circuit_fails_at_once_with_a_sentence_that_names_the_service() -> None:
    resilience, vendor = quick(attempts=1, failures=2), Vendor(down(), down())
    for _ in range(2):
        with pytest.raises(ServiceUnavailable, match=r"Vendor is down\."):
            resilience.call(vendor)
    with pytest.raises(ServiceUnavailable, match="Vendor has failed several times and is left alone"):
        resilience.call(vendor)
    assert vendor.calls == 2


def test_a_circuit_closes_after_its_rest_when_a_call_succeeds() -> None:
    resilience, vendor = quick(attempts=1, failures=1, reset_s=0.01), Vendor(down())
    with pytest.raises(ServiceUnavailable):
        resilience.call(vendor)
    time.sleep(0.02)
    assert [resilience.call(vendor), resilience.call(vendor)] == ["done", "done"]


def test_a_circuit_opens_again_when_the_call_after_its_rest_fails() -> None:
    resilience, vendor = quick(attempts=1, failures=3, reset_s=0.2), Vendor(down(), down(), down(), down())
    for _ in range(3):
        with pytest.raises(ServiceUnavailable):
            resilience.call(vendor)
    time.sleep(0.25)
    with pytest.raises(ServiceUnavailable, match="is down"):
        resilience.call(vendor)
    with pytest.raises(ServiceUnavailable, match="is left alone"):
        resilience.call(vendor)


def test_a_refusal_is_no_failure_of_the_service() -> None:
    resilience, vendor = quick(attempts=1, failures=2), Vendor(down(), refused(), down(), refused())
    for _ in range(4):
        with pytest.raises((ServiceUnavailable, ServiceRefused), match=r"is down|refused"):
            resilience.call(vendor)
    assert resilience.call(vendor) == "done"


def test_callers_do_not_wait_for_one_another() -> None:
    resilience, together = quick(), threading.Barrier(4)

    def work() -> int:
        return together.wait(timeout=20)  # breaks unless all four calls are inside at once

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(resilience.call(work))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 1, 2, 3]


def test_one_call_alone_tries_a_circuit_that_has_rested() -> None:
    resilience = quick(attempts=1, failures=1, reset_s=0.01)
    with pytest.raises(ServiceUnavailable):
        resilience.call(Vendor(down()))
    time.sleep(0.02)
    inside, leave = threading.Event(), threading.Event()

    def slow() -> bool:
        inside.set()
        return leave.wait(20)

    trial = threading.Thread(target=lambda: resilience.call(slow))
    trial.start()
    assert inside.wait(20)
    with pytest.raises(ServiceUnavailable, match="is left alone"):
        resilience.call(Vendor())
    leave.set()
    trial.join()
    assert resilience.call(Vendor()) == "done"


def test_a_stream_is_tried_again_before_its_first_piece() -> None:
    vendor = Vendor(down(), down())
    assert list(quick().stream(vendor.pieces)) == ["done", "done"]


def test_a_stream_is_not_tried_again_after_its_first_piece() -> None:
    vendor = Vendor()
    stream = quick().stream(vendor.pieces)
    assert next(stream) == "done"
    vendor.errors.append(down())
    with pytest.raises(ServiceUnavailable):
        next(stream)
    assert vendor.calls == 2


def test_streams_that_break_off_open_the_circuit() -> None:
    resilience = quick(failures=2)
    for _ in range(2):
        vendor = Vendor()
        stream = resilience.stream(vendor.pieces)
        next(stream)
        vendor.errors.append(down())
        with pytest.raises(ServiceUnavailable):
            next(stream)
    with pytest.raises(ServiceUnavailable, match="is left alone"):
        next(resilience.stream(Vendor().pieces))


def test_closing_a_stream_closes_what_it_reads() -> None:
    closed = threading.Event()

    def pieces() -> Generator[str, None, None]:
        try:
            yield "one"
            yield "two"
        finally:
            closed.set()

    with closing(quick().stream(pieces)) as stream:
        next(stream)
    assert closed.is_set()


def test_an_empty_stream_is_empty() -> None:
    assert list(quick().stream(lambda: (piece for piece in list[str]()))) == []


@pytest.mark.parametrize(
    "use",
    [
        lambda resilience, vendor: resilience.call(vendor),
        lambda resilience, vendor: resilience.once(vendor),
        lambda resilience, vendor: list(resilience.stream(vendor.pieces)),
    ],
    ids=["call", "once", "stream"],
)
def test_nothing_is_called_inside_a_transaction(use: Callable[[Resilient, Vendor], object], tmp_path: Path) -> None:
    vendor = Vendor()
    with (
        closing(Database(f"sqlite:///{tmp_path / 'a.db'}")) as database,
        database.read(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        use(quick(), vendor)
    assert vendor.calls == 0


def test_retries_and_open_circuits_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(ServiceUnavailable):
        quick(attempts=2, failures=1).call(Vendor(down(), down()))
    assert [record.message for record in caplog.records] == ["retrying", "circuit_open"]
