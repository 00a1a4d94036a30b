from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.report import percentile, table
from benchmarks.retrieval import QUESTIONS, documents, measure, read_questions
from core.knowledge.loading import load_folders
from core.settings import ROOT


def test_the_bundled_questions_name_documents_that_the_library_holds() -> None:
    questions = read_questions(QUESTIONS)
    known = {document.id for document in load_folders([ROOT / "data" / "knowledge"]).documents}
    assert len(questions) >= 200
    assert {name for _, wanted in questions for name in wanted} <= known
    assert len({question for question, _ in questions}) == len(questions)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.csv", 'question,document\n"How, exactly?",exercise/a|exercise/b\n'),
        ("q.jsonl", '{"question": "How, exactly?", "document": "exercise/a|exercise/b"}\n\n'),
    ],
)
def test_questions_are_read_from_both_forms(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_questions(tmp_path / name) == [("How, exactly?", {"exercise/a", "exercise/b"})]


def test_hit_rate_and_mrr_are_those_of_the_ranking() -> None:
    ranked = {"first": ["a"], "third": ["x", "y", "a"], "sixth": [*"uvwxy", "a"], "never": ["x"]}
    measured = measure([(question, {"a"}) for question in ranked], ranked.__getitem__)
    assert measured["hit@5"] == 2 / 4
    assert measured["MRR"] == pytest.approx((1 + 1 / 3 + 1 / 6) / 4)


def test_passages_of_one_document_count_once() -> None:
    assert documents(["exercise/a#0", "exercise/a#3", "guidance/b#1"]) == ["exercise/a", "guidance/b"]


def test_a_table_has_a_line_for_each_row() -> None:
    assert table([{"what": "a", "ms": 1.5}, {"what": "b", "ms": None}]).splitlines()[1].split() == ["a", "1.5"]


def test_percentiles_are_values_that_were_measured() -> None:
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.0, 0.5, 0.99)] == [1.0, 2.0, 3.0]
