from __future__ import annotations

import json
import re
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from core.knowledge.loading import load_folders
from core.knowledge.model import ArticleHead, Exercise
from core.settings import ROOT

PAGE = (ROOT / "docs" / "knowledge.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| (`.*?) \| (.*?) \|", PAGE, re.MULTILINE)


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def other_names(field: FieldInfo) -> set[str]:
    choices = field.validation_alias
    return set(map(str, choices.choices)) if isinstance(choices, AliasChoices) else set()


def test_the_fields_of_an_exercise_are_documented_and_no_others() -> None:
    documented = [name for cell, _ in TABLE for name in names(cell)]
    assert sorted(documented) == sorted(Exercise.model_fields)


def test_exactly_the_needed_fields_are_called_needed() -> None:
    needed = {name for cell, note in TABLE if note == "needed" for name in names(cell)}
    assert needed == {name for name, field in Exercise.model_fields.items() if field.is_required()}


def test_every_other_name_of_a_field_is_documented() -> None:
    others = {name for field in Exercise.model_fields.values() for name in other_names(field)}
    assert {name for name in others - set(Exercise.model_fields) if f"`{name}`" not in PAGE} == set()


def test_the_example_of_an_article_has_the_needed_fields_and_loads(tmp_path: Path) -> None:
    article, sources = example("markdown"), json.loads(example("json"))
    cited = set(re.findall(r"\[\^([\w-]+)\]", article))
    (tmp_path / "sources.json").write_text(json.dumps(dict.fromkeys(cited, next(iter(sources.values())))))
    (tmp_path / "example.md").write_text(article)
    loaded = load_folders([tmp_path])
    assert (loaded.problems, [document.id for document in loaded.documents]) == ([], ["guidance/protein-needs"])
    needed = [name for name, field in ArticleHead.model_fields.items() if field.is_required()]
    assert re.findall(r"^(\w+): ", article, re.MULTILINE) == needed
