from __future__ import annotations

from pathlib import Path

import pytest

from core.adapters.onnx_embedder import OnnxEmbedder
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.errors import KnowledgeError
from core.knowledge.model import snapshot_version
from tests.core.knowledge.files import article, load, squat
from tests.core.knowledge.libraries import Watched, found, kept, library, synced, warnings
from tests.house import MovableClock

LUNGE = squat(id="lunge", name="Lunge", how=["Step forward."])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of one exercise and one article."""
    folder = tmp_path / "library"
    folder.mkdir()
    load(folder, a_json=[squat()], b_md=article("## When should I drink water?\nWhen you are thirsty.\n"))
    return folder


@pytest.fixture
def watched(embedder: OnnxEmbedder) -> Watched:
    return Watched(embedder)


def test_the_first_start_keeps_and_indexes_what_the_files_say(
    database: Database, watched: Watched, folder: Path
) -> None:
    store = StoredVectors(database)
    knowledge = synced(database, watched, folder, store)
    assert [document.id for document in knowledge.documents] == ["exercise/squat", "guidance/amount"]
    assert knowledge.version == snapshot_version(knowledge.documents)
    assert knowledge.problems == ()
    assert kept(database) == (2, [True])
    assert store.ids(f"knowledge-{knowledge.version}-watched") == {"exercise/squat#0", "guidance/amount#0"}


def test_the_next_start_embeds_nothing(database: Database, watched: Watched, folder: Path) -> None:
    first, before = synced(database, watched, folder), len(watched.texts)
    again = synced(database, watched, folder)
    assert (again.version, again.documents) == (first.version, first.documents)
    assert (len(watched.texts), kept(database)) == (before, (2, [True]))
    assert again.index() is True
    assert len(watched.texts) == before


def test_progress_counts_to_the_last_passage(database: Database, embedder: OnnxEmbedder, tmp_path: Path) -> None:
    load(tmp_path, many_json=[squat(id=str(number), how=[]) for number in range(66)])
    steps: list[tuple[int, int]] = []
    library(database, embedder, tmp_path).sync(lambda done, total: steps.append((done, total)))
    assert steps == [(64, 66), (66, 66)]


def test_changed_files_make_another_snapshot_and_the_old_one_stays(
    database: Database, watched: Watched, folder: Path
) -> None:
    first = synced(database, watched, folder)
    load(folder, a_json=[LUNGE])
    second = synced(database, watched, folder)
    assert second.version != first.version
    assert kept(database) == (4, [True, True])
    assert found(second, "squat") == []
    assert found(second, "How do I sit down?", watched).count("exercise/squat") == 0
    assert found(first, "squat") == ["exercise/squat"]


def test_going_back_to_earlier_files_embeds_nothing(database: Database, watched: Watched, folder: Path) -> None:
    first = synced(database, watched, folder)
    load(folder, a_json=[LUNGE])
    synced(database, watched, folder)
    before = len(watched.texts)
    load(folder, a_json=[squat()])
    assert synced(database, watched, folder).version == first.version
    assert (len(watched.texts), kept(database)[1]) == (before, [True, True])


def test_another_embedder_has_vectors_of_its_own_for_the_same_documents(
    database: Database, embedder: OnnxEmbedder, folder: Path
) -> None:
    one, other = Watched(embedder, "one"), Watched(embedder, "other")
    versions = {synced(database, each, folder).version for each in (one, other)}
    assert (len(versions), one.texts == other.texts, kept(database)) == (1, True, (2, [True, True]))


def test_files_with_a_problem_leave_the_snapshot_in_force(
    database: Database, watched: Watched, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = synced(database, watched, folder)
    load(folder, a_json=[LUNGE, squat(level="")])
    knowledge = synced(database, watched, folder)
    assert (knowledge.version, set(knowledge.documents)) == (good.version, set(good.documents))
    assert [(p.file, p.line, p.field) for p in knowledge.problems] == [("a.json", 1, "level")]
    assert (found(knowledge, "squat"), found(knowledge, "lunge"), kept(database)) == (
        ["exercise/squat"],
        [],
        (2, [True]),
    )
    assert warnings(caplog) == ["knowledge_not_imported"]


def test_a_running_library_is_corrected_by_the_next_sync(database: Database, watched: Watched, folder: Path) -> None:
    knowledge = synced(database, watched, folder)
    load(folder, a_json="[")
    knowledge.sync()
    assert (len(knowledge.problems), len(knowledge.documents)) == (1, 2)
    load(folder, a_json=[squat(), LUNGE])
    knowledge.sync()
    assert (knowledge.problems, len(knowledge.documents)) == ((), 3)


def test_files_with_a_problem_fall_back_to_the_newest_snapshot(
    database: Database, watched: Watched, folder: Path, clock: MovableClock
) -> None:
    synced(database, watched, folder, clock=clock)
    clock.pass_by(hours=1)
    load(folder, a_json=[LUNGE])
    newest = synced(database, watched, folder, clock=clock)
    load(folder, a_json="[")
    assert synced(database, watched, folder, clock=clock).version == newest.version


def test_files_with_a_problem_are_answered_from_by_meaning_even_with_another_embedder(
    database: Database, embedder: OnnxEmbedder, folder: Path
) -> None:
    synced(database, embedder, folder)
    load(folder, a_json="[")
    other = Watched(embedder, "other")
    knowledge = synced(database, other, folder)
    assert found(knowledge, "fluids?", other)[0] == "guidance/amount"
    assert kept(database) == (2, [True, True])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c_json", '[{"id": "c"}]'),
        ("c_jsonl", '{"id": "c"'),
        ("c_csv", "id,name\nc,C,more\n"),
        ("c_md", "no front matter"),
        ("c_json", b"\xff"),
        ("sources_json", "[]"),
    ],
)
def test_nothing_is_imported_where_anything_is_wrong(
    name: str, text: str | bytes, database: Database, watched: Watched, folder: Path
) -> None:
    load(folder, **{name: text})
    knowledge = library(database, watched, folder)
    with pytest.raises(KnowledgeError, match=r"cannot be used\. Correct them and start again: \w+\.\w+, line \d"):
        knowledge.sync()
    assert (knowledge.documents, watched.texts, kept(database)) == ((), [], (0, []))


def test_the_first_five_of_many_problems_are_said(database: Database, watched: Watched, folder: Path) -> None:
    load(folder, c_jsonl="\n".join(['{"id": 1}'] * 3))
    knowledge = library(database, watched, folder)
    with pytest.raises(KnowledgeError) as caught:
        knowledge.sync()
    assert (str(caught.value).count("c.jsonl"), len(knowledge.problems)) == (5, 15)


def test_a_library_before_its_first_sync_is_empty(database: Database, watched: Watched, folder: Path) -> None:
    knowledge = library(database, watched, folder)
    assert (knowledge.version, knowledge.documents, knowledge.exercise_names) == ("", (), ())
    assert (found(knowledge, "squat", watched), knowledge.index()) == ([], True)


def test_exercises_are_known_by_all_their_names(database: Database, watched: Watched, folder: Path) -> None:
    load(folder, a_json=[squat(aliases=["air squat"]), LUNGE])
    assert synced(database, watched, folder).exercise_names == (("Squat", "air squat"), ("Lunge",))
