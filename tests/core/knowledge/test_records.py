from __future__ import annotations

from datetime import timedelta

from core.database import Database
from core.knowledge.model import Document, Passage, Source
from core.knowledge.records import KnowledgeSnapshot, add_documents, newest_version, read_documents
from tests.house import MovableClock

WHO = Source("Guidelines – “x” & <y>", "WHO", 2020, "https://www.who.int/x?y=1")
FILE = Source("plan", "imported file")
SQUAT = Document(
    "exercise/squat", "exercise", "Squat", ("Squat", "Kniebeuge 深蹲"),
    (
        Passage("exercise/squat#0", "exercise/squat", "Squat", "How", "Sit.\n\n- 5 × 5 💪", (WHO, FILE)),
        Passage("exercise/squat#1", "exercise/squat", "Squat", "Errors", "'; DROP TABLE x; --", ()),
    ),
)  # fmt: skip
SLEEP = Document("guidance/sleep", "guidance", "Sleep", (), (Passage("guidance/sleep#0", "s", "S", "H", "T", (WHO,)),))


def kept(database: Database, version: str) -> list[Document]:
    with database.read() as session:
        return read_documents(session, version)


def add(database: Database, version: str, *documents: Document) -> None:
    with database.begin() as session:
        add_documents(session, version, list(documents))


def test_documents_come_back_as_they_were_ordered_by_id(database: Database) -> None:
    add(database, "one", SLEEP, SQUAT)
    assert kept(database, "one") == [SQUAT, SLEEP]


def test_a_snapshot_holds_its_own_documents_only(database: Database) -> None:
    add(database, "one", SQUAT)
    add(database, "two", SLEEP)
    assert (kept(database, "one"), kept(database, "two"), kept(database, "three")) == ([SQUAT], [SLEEP], [])


def test_a_snapshot_is_never_changed(database: Database) -> None:
    add(database, "one", SQUAT)
    add(database, "one", SLEEP)
    assert kept(database, "one") == [SQUAT]


def test_the_newest_snapshot_is_the_one_made_last(database: Database, clock: MovableClock) -> None:
    def newest() -> str | None:
        with database.read() as session:
            return newest_version(session)

    assert newest() is None
    for version, days in (("b", 1), ("a", 3), ("c", 2)):
        with database.begin() as session:
            at = clock.now() + timedelta(days=days)
            session.add(KnowledgeSnapshot(version=version, namespace=version, created_at=at, indexed=False))
    assert newest() == "a"
