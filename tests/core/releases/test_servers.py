"""Several servers start on one database at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier

from sqlmodel import func, select

from core.access.records import broken_link
from core.database import Database
from core.releases.model import ReleaseSpec
from core.releases.records import Release
from core.releases.service import Releases
from tests.house import MovableClock, person

SERVERS = 4
ROUNDS = 5
SPEC = ReleaseSpec("library", "v1", "embedder", "knowledge", "on")


def test_servers_that_start_at_once_agree_on_one_release(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    together = Barrier(SERVERS)

    def server(_number: int) -> list[str]:
        with closing(Database(url)) as own:
            releases, served = Releases(own, MovableClock()), []
            for round_ in range(ROUNDS):
                together.wait(30)
                served.append(releases.configure("default", replace(SPEC, prompt_version=str(round_))).release_id)
        return served

    with ThreadPoolExecutor(SERVERS) as pool:
        served = list(pool.map(server, range(SERVERS)))
    assert served == [served[0]] * SERVERS
    assert Releases(database, MovableClock()).serving(person()).release_id == served[0][-1]
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(Release)).one() == ROUNDS
        assert broken_link(session, "default") is None
