from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlmodel import delete

from core.releases.records import Channel, Release
from tests.pages.console import ADMIN, Console, texts

PAGE = "admin/releases.py"
MakeConsole = Callable[..., Console]


def configuration(console: Console) -> dict[str, str]:
    table = console.open(PAGE, ADMIN).table[-1].value
    return dict(zip(table["Setting"], table["Value"], strict=True))


def test_it_shows_what_is_served(console: Console) -> None:
    (release,) = console.services.releases.listing(console.actor(ADMIN))
    row = console.open(PAGE, ADMIN).table[0].value.iloc[0]
    assert (row["Release"], row["Channels"]) == (release.id, "stable")
    assert row["Chat model"] == "library+smollm2-135m-instruct-q4_1"
    assert row["Knowledge"] == console.services.knowledge.version


def test_every_part_that_answers_is_told(console: Console) -> None:
    tab = console.open(PAGE, ADMIN)
    shown = texts(tab)
    for part in console.services.parts():
        assert f"{part.name} answers" in shown
    assert not tab.error
    assert not tab.warning


def test_before_the_first_release_it_says_what_to_do(console: Console) -> None:
    with console.services.database.begin() as session:
        session.exec(delete(Channel))
        session.exec(delete(Release))
    tab = console.open(PAGE, ADMIN)
    assert tab.info[0].value == "There is no release yet; start the server once with `make run`."
    assert not tab.exception


def test_a_part_that_fails_is_told_with_the_reason(make_console: MakeConsole) -> None:
    console = make_console(
        COACH_VECTOR_STORE="pinecone", PINECONE_API_KEY="pc-not-to-be-seen", PINECONE_INDEX_HOST="http://127.0.0.1:1",
        COACH_RETRIES="1",
    )  # fmt: skip
    tab = console.open(PAGE, ADMIN)
    assert tab.error[0].value.startswith("vectors: Pinecone: ")
    assert "Pinecone fails" in texts(tab)
    assert "pc-not-to-be-seen" not in str(tab)
    assert not tab.exception


def test_a_library_that_could_not_be_imported_is_told_with_file_and_reason(
    make_console: MakeConsole, tmp_path: Path, library_folder: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('[{"id": "x"}]', encoding="utf-8")
    console = make_console(COACH_KNOWLEDGE_DIRS=f"{library_folder},{tmp_path}")
    tab = console.open(PAGE, ADMIN)
    assert tab.warning[0].value.startswith("Knowledge was not imported.")
    assert "broken.json" in tab.warning[0].value
    assert tab.table[0].value.iloc[0]["Knowledge"] == console.services.knowledge.version


def test_the_configuration_in_force_is_shown_without_secrets(make_console: MakeConsole) -> None:
    secret = "sk-not-to-be-seen"
    console = make_console(OPENAI_API_KEY=secret, COACH_CACHE_DAYS="7")
    shown = configuration(console)
    assert shown["COACH_CACHE_DAYS"] == "7.0"
    assert shown["PINECONE_API_KEY"] == "(not set)"
    assert shown["OPENAI_API_KEY"].replace("\\", "").strip("*") == ""
    assert secret not in str(console.open(PAGE, ADMIN))
