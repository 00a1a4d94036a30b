"""The library that ships: what answers are made from, so that every passage must be complete, sourced and distinct."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.adapters.onnx_embedder import LONGEST, OnnxEmbedder
from core.knowledge.loading import Loaded, load_folders
from core.knowledge.model import Document, Exercise, Passage, Source
from core.settings import ROOT
from core.text import plain
from pages.components.text import safe_link

FOLDER = ROOT / "data" / "knowledge"
CATEGORIES = {"strength", "conditioning", "plyometric", "mobility", "balance"}
LEVELS = {"beginner", "intermediate", "advanced"}
NOT_PROSE = re.compile(r"https?:|\]\(|\[\^|[<>|]|^#|\bTODO\b", re.MULTILINE)


@pytest.fixture(scope="module")
def library() -> Loaded:
    return load_folders([FOLDER])


def of_kind(library: Loaded, kind: str) -> list[Document]:
    return [document for document in library.documents if document.kind == kind]


def passages(library: Loaded) -> list[Passage]:
    return [passage for document in library.documents for passage in document.passages]


def rows() -> list[dict[str, Any]]:
    """Return the exercises as their files have them."""
    return [row for file in FOLDER.glob("exercises/*.json") for row in json.loads(file.read_text(encoding="utf-8"))]


def repeated(items: list[str]) -> list[str]:
    return [item for item, count in Counter(items).items() if count > 1]


def test_the_library_loads_without_a_problem(library: Loaded) -> None:
    assert [str(problem) for problem in library.problems] == []


@pytest.mark.parametrize(("kind", "least"), [("exercise", 120), ("guidance", 60)])
def test_the_library_is_large_enough_to_be_useful(library: Loaded, kind: str, least: int) -> None:
    assert len(of_kind(library, kind)) >= least


def named_with_an_address(source: Source) -> bool:
    linked = safe_link("Title", source.url) == f"[Title]({source.url})"  # the chat makes a link of it
    return bool(source.title and source.publisher and source.url.startswith("https://") and linked)


def test_every_passage_has_a_named_public_source_with_an_address(library: Loaded) -> None:
    unsourced = [p.id for p in passages(library) if not p.sources or not all(map(named_with_an_address, p.sources))]
    assert unsourced == []


def test_every_registered_source_is_cited(library: Loaded) -> None:
    register = json.loads((FOLDER / "sources.json").read_text(encoding="utf-8"))
    cited = {source.url for passage in passages(library) for source in passage.sources}
    assert [key for key, source in register.items() if source["url"] not in cited] == []


def test_no_name_of_an_exercise_is_a_name_of_another(library: Loaded) -> None:
    # As questions are read: without case, hyphens and plurals.
    names = [name for exercise in of_kind(library, "exercise") for name in {plain(name) for name in exercise.names}]
    assert repeated(names) == []


def test_no_two_passages_have_one_heading(library: Loaded) -> None:
    assert repeated([passage.heading for passage in passages(library)]) == []


@pytest.mark.parametrize(
    ("field", "least"), [("how", 3), ("errors", 2), ("easier", 1), ("harder", 1), ("contraindications", 1)]
)
def test_every_exercise_says_everything_that_people_ask(field: str, least: int) -> None:
    assert [row["id"] for row in rows() if len(row.get(field, [])) < least] == []


@pytest.mark.parametrize(("field", "known"), [("category", CATEGORIES), ("level", LEVELS)])
def test_exercises_are_sorted_into_known_groups(field: str, known: set[str]) -> None:
    assert {row[field] for row in rows()} == known


def test_an_exercise_has_no_field_that_is_read_by_nobody() -> None:
    known = set(Exercise.model_fields)
    assert [row["id"] for row in rows() if set(row) - known] == []


def test_every_article_has_at_least_four_sections_that_ask_a_question(library: Loaded) -> None:
    articles = of_kind(library, "guidance")
    assert [article.id for article in articles if len(article.passages) < 4] == []
    assert [p.id for article in articles for p in article.passages if not p.heading.endswith("?")] == []


def test_an_article_lies_in_a_file_of_its_name() -> None:
    def named(file: Path) -> bool:
        return file.read_text(encoding="utf-8").startswith(f"---\nid: {file.stem}\n")

    assert [file.name for file in FOLDER.glob("guidance/*.md") if not named(file)] == []


def test_every_passage_is_long_enough_to_stand_alone_and_short_enough_to_be_read(library: Loaded) -> None:
    sizes = {passage.id: len(passage.text) for passage in passages(library)}
    assert {name: size for name, size in sizes.items() if not 60 <= size <= 1200} == {}


def test_the_embedder_reads_every_passage_to_its_end(library: Loaded, embedder: OnnxEmbedder) -> None:
    _, tokenizer = embedder.load()
    lengths = {passage.id: len(tokenizer.encode(passage.searchable).ids) for passage in passages(library)}
    assert [name for name, length in lengths.items() if length >= LONGEST] == []


def test_passages_are_prose_without_links_tables_citation_marks_or_leftovers(library: Loaded) -> None:
    assert [passage.id for passage in passages(library) if NOT_PROSE.search(passage.text)] == []
