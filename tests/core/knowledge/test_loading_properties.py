"""Whatever stands in a file, reading it ends with documents or with problems that say where."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.knowledge.loading import Loaded
from core.knowledge.model import Exercise
from tests.core.knowledge.files import SOURCES, UNSEEN, Row, article, as_csv, load, squat

often = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
SUFFIXES = st.sampled_from(["json", "jsonl", "csv", "md"])
WHOLE = {
    "json": json.dumps([squat(), squat(id="lunge", sources=["who-2020"])], indent=1),
    "jsonl": json.dumps(squat()),
    "csv": as_csv(squat(), squat(id="lunge")),
    "md": article("## One\na [^who-2020]\n\nTwo\n---\n- b\n"),
}
MARKS = st.sampled_from(
    ["---\n", "## ", "[^", "]", "{", '"', ",", "\n", "\r", ": ", "&x ", "*x", "!!", "'", "|", "\0", "1e999"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from([*Exercise.model_fields, "primaryMuscles", "instructions", "other"])
# Of the letters four are drawn as nothing: the fillers of Hangul, which are removed as every invisible character is.
FILLERS = "\u115f\u1160\u3164\uffa0"
visible = st.text(
    st.characters(codec="utf-8", categories=["L", "N"], exclude_characters=FILLERS), min_size=3, max_size=12
)


def is_sound(loaded: Loaded, files: int = 1) -> bool:
    """Say whether everything that was read can be used and every problem says where it is."""
    whole = all(document.passages and all(p.text for p in document.passages) for document in loaded.documents)
    placed = all(problem.file and problem.line >= 1 and problem.reason for problem in loaded.problems)
    return whole and placed and bool(loaded.documents or loaded.problems)


@often
@given(suffix=SUFFIXES, content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(suffix: str, content: bytes, tmp_path: Path) -> None:
    assert is_sound(
        load(tmp_path, **{"a_json": "[]", "a_jsonl": "", "a_csv": "", "a_md": article(), f"a_{suffix}": content})
    )


@often
@given(suffix=SUFFIXES, data=st.data())
def test_a_file_that_was_cut_or_scribbled_in_is_read_or_refused(
    suffix: str, data: st.DataObject, tmp_path: Path
) -> None:
    text = WHOLE[suffix]
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    scribbled = text[:start] + "".join(data.draw(st.lists(MARKS | st.text(max_size=3), max_size=4))) + text[end:]
    kept = {f"a_{kind}": "" for kind in WHOLE if kind in ("jsonl", "csv")}
    assert is_sound(load(tmp_path, **kept | {"a_json": "[]", "a_md": article(), f"a_{suffix}": scribbled.encode()}))


@often
@given(row=st.dictionaries(fields, values, max_size=8), register=values)
def test_rows_and_sources_of_any_types_are_read_or_refused(row: Row, register: object, tmp_path: Path) -> None:
    assert is_sound(load(tmp_path, a_jsonl=json.dumps(squat(**row)), sources_json=json.dumps(register)))


@often
@given(name=visible, steps=st.lists(visible, min_size=1, max_size=4), errors=st.lists(visible, max_size=3))
def test_nothing_that_a_row_says_is_lost(name: str, steps: list[str], errors: list[str], tmp_path: Path) -> None:
    loaded = load(tmp_path, a_json=[squat(name=name, how=steps, errors=errors, sources=list(SOURCES))])
    (document,) = loaded.documents
    assert loaded.problems == []
    assert document.title == name
    assert document.passages[0].text.split("\n\n")[1] == "\n".join(f"{n}. {step}" for n, step in enumerate(steps, 1))
    assert [passage.text for passage in document.passages[1:]] == ["\n".join(f"- {e}" for e in errors)] * bool(errors)


@often
@given(suffix=SUFFIXES, data=st.data())
def test_unseen_characters_anywhere_change_nothing(suffix: str, data: st.DataObject, tmp_path: Path) -> None:
    text = WHOLE[suffix]
    place = data.draw(st.integers(0, len(text)))
    hidden = text[:place] + data.draw(st.sampled_from(UNSEEN)) + text[place:]
    (folder := tmp_path / suffix).mkdir(exist_ok=True)
    assert load(folder, **{f"a_{suffix}": hidden.encode()}) == load(folder, **{f"a_{suffix}": text})
