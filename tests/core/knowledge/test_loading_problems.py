from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.knowledge.loading import Problem, load_folders
from tests.core.knowledge.files import Row, article, as_csv, load, problems, squat

TYPED = "Input should be a valid string"
GOOD = json.dumps(squat())


def without(field: str) -> Row:
    return {key: value for key, value in squat().items() if key != field}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (squat(id=5), f"field id: {TYPED}"),
        (squat(id=" "), "field id: String should have at least 1 character"),
        (squat(id="x" * 121), "field id: String should have at most 120 characters"),
        (squat(name="x"), "field name: String should have at least 2 characters"),
        (squat(name="S\ud800quat"), f"field name: {TYPED}"),
        (squat(level=None), f"field level: {TYPED}"),
        (squat(category=""), "field category: String should have at least 2 characters"),
        (squat(muscles=[" "]), "field muscles: Tuple should have at least 1 item"),
        (squat(muscles={"thighs": 1}), "field muscles: Input should be a valid tuple"),
        (squat(how=["Sit down.", 5]), f"field how.1: {TYPED}"),
        (squat(sources=["nowhere"]), "field sources: 'nowhere' is not in sources.json"),
        *((without(field), f"field {field}: Field required") for field in ("id", "name", "level", "muscles", "how")),
    ],
)
def test_a_wrong_field_is_named_with_its_file_line_and_reason(row: Row, said: str, tmp_path: Path) -> None:
    text = f"{GOOD.replace('squat', 'good')}\n\n{json.dumps(row)}\n"
    (problem,) = problems(load(tmp_path, rows_jsonl=text))
    assert problem.startswith(f"rows.jsonl, line 3, {said}")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", f"[{GOOD},\n{GOOD[:-9]}", "a.json, line 2: is not JSON: "),
        ("a.json", f"[{GOOD},", "a.json, line 1: is not JSON: "),
        ("a.json", f"{GOOD}\n{GOOD}", "a.json, line 2: is not JSON: Extra data"),
        ("a.json", '{"id": NoneOfThis}', "a.json, line 1: is not JSON: "),
        ("a.json", f"[{GOOD},\n\n 7]", "a.json, line 3: should be an object with the fields of an exercise"),
        ("a.json", f'{{"id": {"1" * 5000}}}', "a.json, line 1: is not JSON that can be used: Exceeds the limit"),
        ("a.json", f'{{"id": {"[" * 99999}', "a.json, line 1: is not JSON that can be used: maximum recursion"),
        ("a.jsonl", f'{GOOD}\n{{"id": {"1" * 5000}}}', "a.jsonl, line 2: is not JSON that can be used: Exceeds"),
        ("a.jsonl", f"{GOOD}\n{GOOD[:-1]}", "a.jsonl, line 2: is not JSON: "),
        ("a.jsonl", f"{GOOD}\nsquat\n", "a.jsonl, line 2: is not JSON: Expecting value"),
        ("a.csv", "id,name\nsquat,Squat,more\n", "a.csv, line 2: has more cells than the header"),
        ("a.csv", 'id,name\nsquat,"Squ\n', "a.csv, line 2: is not CSV: unexpected end of data"),
        ("a.csv", f"id,name\nsquat,{'x' * 140_000}\n", "a.csv, line 2: is not CSV: field larger than field limit"),
        ("a.md", "# Title\nText\n", "a.md, line 1: should begin with a front matter between two lines of ---"),
        ("a.md", article()[:-60], "a.md, line 1: should begin with a front matter"),
        ("a.md", article(""), "a.md, line 6: has no section; begin each with a line of ##"),
        ("a.md", article("\nA word.\n## One\na\n"), "a.md, line 7: has text above its first heading"),
        ("a.md", article(topic="[x"), "a.md, line 5: has a front matter that is not YAML: expected ',' or ']'"),
        ("a.md", article(reviewed="2026-11-31"), "a.md, line 1: has a front matter that is not YAML: day is out of"),
        ("a.md", article(x="!!python/name:os.system"), "a.md, line 5: has a front matter that is not YAML: could not"),
        ("a.md", "---\n- a list\n---\n## One\na\n", "a.md, line 1: Input should be a valid dictionary"),
        ("a.md", article(title="2026"), f"a.md, line 1, field title: {TYPED}"),
        ("a.md", article(id="''"), "a.md, line 1, field id: String should have at least 1 character"),
        ("a.md", article("## One\na\n## Two\nb [^x]\n"), "a.md, line 8, field sources: 'x' is not in sources.json"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_line_and_reason(name: str, content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    (problem,) = problems(load(tmp_path))
    assert said in problem


def test_a_front_matter_that_unfolds_to_billions_of_items_is_refused_at_once(tmp_path: Path) -> None:
    head = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}' if n else 'lol'] * 10)}]\n" for n in range(12))
    (problem,) = problems(load(tmp_path, a_md=f"---\n{head}title: *x11\n---\n## When?\nNow.\n"))
    assert problem == "a.md, line 1, field id: Field required"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "md"])
def test_another_encoding_than_utf8_is_refused_at_its_line(suffix: str, mark: bytes, tmp_path: Path) -> None:
    loaded = load(tmp_path, **{f"a_{suffix}": mark + b"\n\n" + "Übung".encode("latin-1")})
    assert problems(loaded) == [f"a.{suffix}, line 3: is not UTF-8 text; save the file as UTF-8"]
    assert loaded.documents == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"key": {"publisher": "WHO"}}', "field key.title: Field required"),
        ('{"key": {"title": null, "publisher": "WHO"}}', f"field key.title: {TYPED}"),
        ('{"key": {"title": "T", "publisher": "WHO", "year": "soon"}}', "field key.year: Input should be a"),
        ('{"key": {"title": "T", "publisher": "WHO", "link": "x"}}', "field key.link: "),
        ('{"key": "WHO"}', "field key: Input should be a dictionary or an instance of Source"),
        ("[]", "line 1: Input should be a valid dictionary"),
        ('{\n"key": ', "line 2: is not JSON: Expecting value"),
        ('{"key": ' + "1" * 5000 + "}", "line 1: is not JSON that can be used"),
    ],
)  # fmt: skip
def test_a_broken_register_of_sources_is_a_problem_of_its_own(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "sources.json").write_text(text)
    (tmp_path / "rows.json").write_text(GOOD)
    (problem,) = problems(load_folders([tmp_path]))
    assert problem.startswith("sources.json, line ")
    assert said in problem


def test_a_register_in_another_encoding_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "sources.json").write_bytes(b'\n{"\xff": 1}')
    assert problems(load_folders([tmp_path]))[0].startswith("sources.json, line 2: is not UTF-8 text")


def test_every_wrong_row_and_file_is_named_in_one_go(tmp_path: Path) -> None:
    rows = as_csv(squat(level=""), squat(id="good"), squat(name="x", muscles=""))
    loaded = load(tmp_path, a_csv=rows, b_json="{", c_md=article("none"), d_json=[squat(id="fine")])
    found = [(problem.file, problem.line, problem.field) for problem in loaded.problems]
    assert found == [
        ("a.csv", 2, "level"), ("a.csv", 4, "name"), ("a.csv", 4, "muscles"), ("b.json", 1, ""), ("c.md", 6, ""),
    ]  # fmt: skip


def test_an_id_that_is_used_twice_is_named_with_the_other_place(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.json").write_text(GOOD)
    loaded = load(tmp_path, a_jsonl=f"{GOOD}\n{GOOD}\n", c_md=article(id="squat"))
    assert problems(loaded) == [
        "a.jsonl, line 2, field id: is used in a.jsonl too",
        "more/b.json, line 1, field id: is used in a.jsonl too",
    ]


def test_an_id_may_not_be_used_in_two_folders(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.md").write_text(article("## When?\nNow.\n"))
    assert problems(load_folders([tmp_path / "one", tmp_path / "two"])) == [
        "two.md, line 1, field id: is used in one.md too"
    ]


def test_a_folder_that_is_not_there_is_named_and_others_are_read(tmp_path: Path) -> None:
    load(tmp_path, rows_json=[squat()])
    loaded = load_folders([tmp_path / "nowhere", tmp_path, tmp_path / "rows.json"])
    reason = "there is no such folder; correct COACH_KNOWLEDGE_DIRS"
    assert loaded.problems == [
        Problem(str(tmp_path / name), 1, "", reason) for name in ("nowhere", "rows.json")
    ]  # fmt: skip
    assert len(loaded.documents) == 1


@pytest.mark.parametrize("files", [{}, {"notes_txt": "x"}, {"a_json": "[]"}, {"a_csv": "id,name\n"}, {"a_jsonl": "\n"}])
def test_a_library_without_a_document_is_a_problem(files: dict[str, str], tmp_path: Path) -> None:
    assert problems(load(tmp_path, **files)) == [
        "knowledge, line 1: holds no document (.json, .jsonl, .csv or .md)"
    ]  # fmt: skip


def test_no_folder_at_all_is_a_problem() -> None:
    assert "holds no document" in problems(load_folders([]))[0]


@pytest.mark.parametrize(("kind", "reason"), [("folder", "Is a directory"), ("broken link", "No such file")])
def test_what_only_looks_like_a_file_is_named(kind: str, reason: str, tmp_path: Path) -> None:
    odd = tmp_path / "odd.json"
    odd.mkdir() if kind == "folder" else odd.symlink_to(tmp_path / "nowhere.json")
    assert problems(load(tmp_path, rows_json=[squat()]))[0].startswith(f"odd.json, line 1: cannot be read: {reason}")
