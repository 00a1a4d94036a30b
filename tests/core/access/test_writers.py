"""Several servers write to the audit chain of one database at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.access.records import AuditRow, broken_link, write_audit
from core.database import Database
from tests.house import MovableClock, person

WRITERS = 4
ROUNDS = 5


def test_of_writers_at_once_none_breaks_the_chain_and_none_overwrites_another(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    together = Barrier(WRITERS)

    def writer(number: int) -> set[str]:
        written = set()
        with closing(Database(url)) as own:
            for turn in range(ROUNDS):
                together.wait(30)
                try:
                    with own.begin() as session:
                        write_audit(session, person(), MovableClock().now(), "test", f"{number} {turn}")
                except IntegrityError:
                    continue  # another was faster; nothing of this transaction stays
                written.add(f"{number} {turn}")
        return written

    with ThreadPoolExecutor(WRITERS) as pool:
        written = set().union(*pool.map(writer, range(WRITERS)))
    with database.read() as session:
        assert broken_link(session, "default") is None
        kept = list(session.exec(select(AuditRow.subject).order_by(col(AuditRow.number))))
    assert set(kept) == written
    assert len(kept) == len(written) >= ROUNDS
