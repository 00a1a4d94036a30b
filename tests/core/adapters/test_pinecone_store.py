from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from core.adapters.pinecone_store import PineconeStore
from core.adapters.resilience import Resilient
from core.database import Database
from core.errors import ServiceRefused, ServiceUnavailable
from core.ports import Vector, VectorRecord
from tests.standins.pinecone_server import LONGEST_BODY, PineconeStandIn
from tests.standins.server import Fault, serving

KEY = "pc-very-secret-0123456789"
UPSERT = "/vectors/upsert"


@contextmanager
def storing(standin: PineconeStandIn, *, key: str = KEY, **more: Any) -> Iterator[PineconeStore]:
    resilience = Resilient("Pinecone", attempts=3, base_delay_s=0.001)
    with serving(standin.app) as url, closing(PineconeStore(key, url, resilience=resilience, **more)) as store:
        yield store


def vector(position: int = 0, dimension: int = 8) -> Vector:
    return np.eye(dimension, dtype=np.float32)[position]


def records(count: int, **metadata: Any) -> list[VectorRecord]:
    return [VectorRecord(f"id{number}", vector(number % 8), metadata) for number in range(count)]


def test_one_try_is_one_request() -> None:
    server = PineconeStandIn(KEY)
    server.fail(Fault("status", status=500), times=3)
    with storing(server) as store, pytest.raises(ServiceUnavailable, match="status 500"):
        store.query("space", vector(), limit=1)
    assert len(server.exchanges) == 3


@pytest.mark.parametrize(
    "fault",
    [Fault("status", status=429, retry_after=0.001), Fault("status", status=500), Fault("status", status=503)],
    ids=["429", "500", "503"],
)
def test_tries_again_what_failed(fault: Fault) -> None:
    server = PineconeStandIn(KEY)
    server.fail(fault, times=2)
    with storing(server) as store:
        store.upsert("space", records(3))
        assert store.ids("space") == {"id0", "id1", "id2"}


def test_writes_again_what_was_written_in_part() -> None:
    server = PineconeStandIn(KEY)
    server.fail(Fault("partial"))
    with storing(server) as store:
        store.upsert("space", records(10))
        assert len(store.ids("space")) == 10
    assert len(server.asked(UPSERT)) == 2


def test_raises_when_a_part_stays_unwritten() -> None:
    server = PineconeStandIn(KEY)
    server.fail(Fault("partial"), times=3)
    with storing(server) as store, pytest.raises(ServiceUnavailable, match="wrote 5 of 10 vectors"):
        store.upsert("space", records(10))


def test_gives_up_on_a_server_that_does_not_answer_in_time() -> None:
    server = PineconeStandIn(KEY)
    server.fail(Fault("hang", seconds=2), times=3)
    with storing(server, timeout_s=0.1) as store, pytest.raises(ServiceUnavailable, match="took too long"):
        store.check()


def test_gives_up_on_a_server_that_cannot_be_reached() -> None:
    with serving(PineconeStandIn(KEY).app) as url:
        pass
    resilience = Resilient("Pinecone", attempts=2, base_delay_s=0.001)
    with (
        closing(PineconeStore(KEY, url, resilience=resilience)) as store,
        pytest.raises(ServiceUnavailable, match="cannot be reached"),
    ):
        store.ids("space")


def test_keeps_each_request_within_two_megabytes() -> None:
    server = PineconeStandIn(KEY, dimension=1536)
    generator = np.random.default_rng(7)
    rows = generator.standard_normal((200, 1536)).astype(np.float32)
    with storing(server) as store:
        store.upsert("space", [VectorRecord(f"id{at}", row, {"text": "x" * 9000}) for at, row in enumerate(rows)])
        assert len(store.ids("space")) == 200
    sizes = [int(one.headers["content-length"]) for one in server.asked(UPSERT)]
    assert max(sizes) <= LONGEST_BODY
    assert len(sizes) < 10


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({"text": "ж" * 25_000}, "larger than Pinecone's 40 KB"),
        ({"nothing": None}, "change 'nothing'"),
        ({"nested": {"a": 1}}, "change 'nested'"),
    ],
    ids=["too large", "null", "nested"],
)
def test_refuses_metadata_that_pinecone_would_refuse_before_anything_is_written(
    metadata: dict[str, Any], sentence: str
) -> None:
    server = PineconeStandIn(KEY)
    with storing(server) as store, pytest.raises(ServiceRefused, match=sentence):
        store.upsert("space", [*records(1500), VectorRecord("bad", vector(), metadata)])
    assert server.exchanges == []


def test_accepts_metadata_up_to_the_limit() -> None:
    with storing(PineconeStandIn(KEY)) as store:
        store.upsert("space", records(1, text="ж" * 20_000))
        assert store.ids("space") == {"id0"}


def test_waits_until_queries_see_a_write() -> None:
    server = PineconeStandIn(KEY, delayed=True, lag=2)
    with storing(server, settle_s=60) as store:
        store.upsert("space", records(3))
        assert len(store.query("space", vector(), limit=5)) == 3
    assert len(server.asked("/query")) > 2


def test_waits_no_longer_than_it_may_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    server = PineconeStandIn(KEY, delayed=True)
    with storing(server, settle_s=0.001) as store, caplog.at_level(logging.WARNING):
        store.upsert("space", records(3))
    assert "pinecone_lags" in caplog.messages
    assert len(server.asked(UPSERT)) == 1


def test_a_write_stands_although_looking_for_it_fails() -> None:
    server = PineconeStandIn(KEY, delayed=True)
    server.fail(Fault("status", status=500, path="/query"))
    with storing(server, settle_s=60) as store:
        store.upsert("space", records(3))
    assert len(server.asked(UPSERT)) == 1


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "check PINECONE_API_KEY"),
        (402, "billing"),
        (403, "permissions"),
        (404, "PINECONE_INDEX_HOST"),
        (400, "400"),
    ],
)
def test_does_not_try_again_what_was_refused(status: int, sentence: str) -> None:
    server = PineconeStandIn(KEY)
    server.fail(Fault("status", status=status))
    with storing(server) as store, pytest.raises(ServiceRefused, match=sentence):
        store.check()
    assert len(server.exchanges) == 1


def test_a_wrong_key_is_named_as_such() -> None:
    with storing(PineconeStandIn(KEY), key="pc-other") as store, pytest.raises(ServiceRefused, match="refused the key"):
        store.query("space", vector(), limit=1)


def test_a_vector_of_another_length_is_refused() -> None:
    with storing(PineconeStandIn(KEY)) as store, pytest.raises(ServiceRefused, match="the embedder's vector length"):
        store.query("space", vector(dimension=9), limit=1)


@pytest.mark.parametrize("name", ["ключ", "", "a\x00b", "x" * 600])
def test_an_id_that_pinecone_does_not_take_is_refused(name: str) -> None:
    with storing(PineconeStandIn(KEY)) as store, pytest.raises(ServiceRefused, match="plain ASCII"):
        store.upsert("space", [VectorRecord(name, vector(), {})])


def test_the_check_names_an_index_that_does_not_measure_by_cosine() -> None:
    with (
        storing(PineconeStandIn(KEY, metric="euclidean")) as store,
        pytest.raises(ServiceRefused, match="by euclidean"),
    ):
        store.check()


def test_what_is_no_pinecone_index_is_refused() -> None:
    async def page(request: object) -> HTMLResponse:
        return HTMLResponse("<html>hello</html>")

    app = Starlette(routes=[Route("/{path:path}", page, methods=["GET", "POST"])])
    with (
        serving(app) as url,
        closing(PineconeStore(KEY, url)) as store,
        pytest.raises(ServiceRefused, match="is not a Pinecone index"),
    ):
        store.check()


@pytest.mark.parametrize(("key", "host"), [("", "h.pinecone.io"), ("pc-two\nlines", "h.pinecone.io"), (KEY, "")])
def test_a_key_or_address_that_cannot_be_used_is_refused_without_showing_it(
    key: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PINECONE_API_KEY", raising=False)
    with pytest.raises(ServiceRefused, match="copy both again") as caught:
        PineconeStore(key, host)
    assert not key or key not in f"{caught.value} {caught.value.__cause__}"


def test_no_error_or_log_line_shows_the_key(caplog: pytest.LogCaptureFixture) -> None:
    server = PineconeStandIn(KEY)
    shown = ""
    with caplog.at_level(logging.DEBUG), storing(server) as store:
        for status in (400, 401, 403, 500, 429):
            server.fail(Fault("status", status=status), times=3 if status in (500, 429) else 1)
            with pytest.raises((ServiceRefused, ServiceUnavailable)) as caught:
                store.check()
            shown += str(caught.value)
            store.upsert("space", records(1))
    assert KEY not in shown + caplog.text


USES: dict[str, Callable[[PineconeStore], object]] = {
    "upsert": lambda store: store.upsert("space", records(1)),
    "query": lambda store: store.query("space", vector(), limit=1),
    "delete": lambda store: store.delete("space", ["a"]),
    "drop": lambda store: store.drop("space"),
    "ids": lambda store: store.ids("space"),
    "check": lambda store: store.check(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_nothing_is_asked_inside_a_transaction(use: Callable[[PineconeStore], object], tmp_path: Path) -> None:
    server = PineconeStandIn(KEY)
    with (
        storing(server) as store,
        closing(Database(f"sqlite:///{tmp_path / 'a.db'}")) as database,
        database.read(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        use(store)
    assert server.exchanges == []
