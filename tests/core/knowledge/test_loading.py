from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.knowledge.loading import Loaded, load_folders
from core.knowledge.model import Document, Passage, Source
from tests.core.knowledge.files import SOURCES, UNSEEN, article, as_csv, load, problems, squat

WHO = Source(**SOURCES["who-2020"])
ROWS = [squat(errors=["Heels lift."], sources=["who-2020"]), squat(id="lunge", name="Lunge", aliases=["split squat"])]


def only(loaded: Loaded) -> Document:
    """Return the one document that was read without a problem."""
    assert problems(loaded) == []
    (document,) = loaded.documents
    return document


def sections(text: str, folder: Path) -> list[tuple[str, str]]:
    return [(passage.heading, passage.text) for passage in only(load(folder, amount_md=text)).passages]


def test_json_json_lines_and_csv_say_the_same(tmp_path: Path) -> None:
    texts = {"json": json.dumps(ROWS), "jsonl": "\n\n".join(map(json.dumps, ROWS)) + "\n", "csv": as_csv(*ROWS)}
    read = {}
    for kind, text in texts.items():
        (tmp_path / kind).mkdir()
        read[kind] = load(tmp_path / kind, **{f"rows_{kind}": text})
    assert [document.id for document in read["json"].documents] == ["exercise/squat", "exercise/lunge"]
    assert read["json"] == read["jsonl"] == read["csv"]


@pytest.mark.parametrize("text", [json.dumps(squat()), json.dumps([squat()], indent=4), f"[{json.dumps(squat())}]\n"])
def test_a_json_file_holds_one_exercise_or_a_list(text: str, tmp_path: Path) -> None:
    assert only(load(tmp_path, squat_json=text)).title == "Squat"


def test_files_of_any_depth_and_case_are_read_and_other_files_are_not(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "SQUAT.JSON").write_text(json.dumps(squat()))
    for name in ("README.md", "LICENSE.md", "notes.txt", "squat.json.bak", "deep/sources.json"):
        (tmp_path / name).write_text("not a document")
    assert only(load(tmp_path)).id == "exercise/squat"


def test_the_public_exercise_database_is_understood(tmp_path: Path) -> None:
    row = {
        "id": "3_4_Sit-Up", "name": "3/4 Sit-Up", "force": "pull", "level": "beginner", "mechanic": None,
        "equipment": None, "primaryMuscles": ["abdominals"], "secondaryMuscles": [], "images": ["0.jpg"],
        "instructions": ["Lie down.", " ", "Sit up."], "category": "strength",
    }  # fmt: skip
    (passage,) = only(load(tmp_path, exercises_json=[row])).passages
    assert passage.text.startswith("3/4 Sit-Up works the abdominals. Level: beginner. You need: no equipment.")
    assert passage.text.endswith("1. Lie down.\n2. Sit up.")


def test_a_cell_of_a_table_may_hold_commas_quotes_and_lines(tmp_path: Path) -> None:
    text = 'id,name,level,muscles,how\r\nsquat,Squat,beginner,"thighs|hips","Say ""sit"", then sit.\r\nStand up."\r\n'
    (passage,) = only(load(tmp_path, table_csv=b"\xef\xbb\xbf" + text.encode())).passages
    assert "works the thighs and hips." in passage.text
    assert '1. Say "sit", then sit.\n2. Stand up.' in passage.text


def test_an_empty_cell_of_a_table_says_nothing(tmp_path: Path) -> None:
    text = "id,name,category,level,muscles,how,errors\nsquat,Squat,,easy,thighs,Sit.,\nlunge,Lunge,,hard,thighs,Step.\n"
    loaded = load(tmp_path, table_csv=text)
    assert (problems(loaded), [len(document.passages) for document in loaded.documents]) == ([], [1, 1])


def test_an_exercise_is_named_by_its_aliases_too(tmp_path: Path) -> None:
    document = only(load(tmp_path, rows_json=[squat(aliases=["air squat", "  ", " sit-stand "])]))
    assert document.names == ("Squat", "air squat", "sit-stand")


def test_each_section_of_an_article_is_a_passage_with_what_it_cites(tmp_path: Path) -> None:
    body = "## How much?\nA little. [^who-2020]\n\n- Or [^who-2020] more.\n\n## When?\n\nToday.\n"
    document = only(load(tmp_path, the_md=article(body)))
    file = Source("the", "imported file")
    assert (document.id, document.kind, document.title, document.names) == (
        "guidance/amount",
        "guidance",
        "How much",
        (),
    )
    assert document.passages == (
        Passage("guidance/amount#0", document.id, "How much", "How much?", "A little.\n\n- Or more.", (WHO,)),
        Passage("guidance/amount#1", document.id, "How much", "When?", "Today.", (file,)),
    )


def test_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    text = article("## How much?\nA little.\n\nMore.\n## When?\nNow.\n")
    assert sections(text.replace("\n", "\r\n"), tmp_path) == sections(text, tmp_path)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("## One\na\n### Part\nb\n## Two\nc\n", [("One", "a\n### Part\nb"), ("Two", "c")]),
        ("## One\n```\n## no heading\n```\n", [("One", "```\n## no heading\n```")]),
        ("One\n---\na\n\nTwo\n===\nb\n", [("One", "a"), ("Two", "b")]),
        ("# One\na\n## Empty\n\n## Two ##\nb", [("One", "a"), ("Two", "b")]),
    ],
    ids=["smaller headings stay", "code is no heading", "underlined headings", "empty sections are left out"],
)
def test_sections_are_those_of_markdown(body: str, wanted: list[tuple[str, str]], tmp_path: Path) -> None:
    assert sections(article(body), tmp_path) == wanted


def test_a_document_without_sources_is_cited_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "gym_plan_2026.json").write_text(json.dumps(squat()))
    (passage,) = only(load(tmp_path)).passages
    assert passage.sources == (Source("gym plan 2026", "imported file"),)


def test_each_folder_has_sources_of_its_own(tmp_path: Path) -> None:
    for name, publisher in (("one", "WHO"), ("two", "NHS")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.json").write_text(json.dumps(squat(id=name, sources=["key"])))
        (tmp_path / name / "sources.json").write_text(json.dumps({"key": {"title": "T", "publisher": publisher}}))
    loaded = load_folders([tmp_path / "one", tmp_path / "two"])
    found = {document.id: document.passages[0].sources[0].publisher for document in loaded.documents}
    assert found == {"exercise/one": "WHO", "exercise/two": "NHS"}


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda character: f"U+{ord(character):04X}")
@pytest.mark.parametrize("kind", ["json", "jsonl", "csv"])
def test_unseen_characters_of_an_exercise_are_removed(unseen: str, kind: str, tmp_path: Path) -> None:
    row = squat(name=f"Sq{unseen}uat", how=[f"S{unseen}it down.", f"Stand up.{unseen}"])
    text = as_csv(row) if kind == "csv" else json.dumps(row, ensure_ascii=False).replace("\\u0007", "\x07")
    (passage,) = only(load(tmp_path, **{f"a_{kind}": text})).passages
    assert passage.title == "Squat"
    intro = "Squat works the thighs. Level: beginner. You need: no equipment."
    assert passage.text == f"{intro}\n\n1. Sit down.\n2. Stand up."


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda character: f"U+{ord(character):04X}")
def test_unseen_characters_written_as_escapes_are_removed_too(unseen: str, tmp_path: Path) -> None:
    escaped = json.dumps(f"Sq{unseen}uat")
    (passage,) = only(load(tmp_path, a_json=json.dumps(squat()).replace('"Squat"', escaped))).passages
    assert passage.title == "Squat"
    assert passage.text.startswith("Squat works")


@pytest.mark.parametrize("unseen", UNSEEN, ids=lambda character: f"U+{ord(character):04X}")
def test_unseen_characters_of_an_article_are_removed(unseen: str, tmp_path: Path) -> None:
    escaped = f'"H\\U{ord(unseen):08x}ow much"'
    document = only(load(tmp_path, a_md=article(f"## Wh{unseen}en?\nTo{unseen}day.\n", title=escaped)))
    assert (document.title, document.passages[0].heading, document.passages[0].text) == ("How much", "When?", "Today.")


def test_unseen_characters_of_a_source_are_removed(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(squat(sources=["key"])))
    (tmp_path / "sources.json").write_text('{"key": {"title": "G\\u202euide", "publisher": "W\u200bHO"}}')
    (passage,) = only(load_folders([tmp_path])).passages
    assert passage.sources == (Source("Guide", "WHO"),)


@pytest.mark.parametrize(
    "text", ["Crème brûlée", "深蹲", "قرفصاء", "Strong 💪🏽 ❤️", "60\xa0kg – 5 × 5", "tab\tand line"]
)
def test_what_can_be_seen_stays(text: str, tmp_path: Path) -> None:
    (passage,) = only(load(tmp_path, a_md=article(f"## When?\n{text}\n"))).passages
    assert passage.text == text
