"""The benchmark of retrieval as it is called, on a small library."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks import retrieval


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, library_folder: Path, tmp_path: Path) -> Path:
    """Set the command line; return the file of questions that it names."""
    path, articles = tmp_path / "questions.csv", tmp_path / "articles"
    shutil.copytree(library_folder / "guidance", articles)
    shutil.copy(library_folder / "sources.json", articles)
    monkeypatch.setenv("COACH_KNOWLEDGE_DIRS", str(articles))
    monkeypatch.setattr(sys, "argv", ["retrieval", "--data", str(path), "--json"])
    return path


def test_every_way_to_rank_is_measured(called: Path, capsys: pytest.CaptureFixture[str]) -> None:
    called.write_text(
        "question,document\nHow much fluid in the heat?,guidance/hydration\nWhat does creatine do?,guidance/creatine\n"
    )
    retrieval.main()
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [row["ranking"] for row in report["rows"]] == ["dense", "BM25", "fused"]
    assert all(row["hit@5"] == 1 and 0 < row["MRR"] <= 1 for row in report["rows"])
    assert report["questions"] == 2


def test_questions_about_documents_that_are_not_there_are_refused_by_name(called: Path) -> None:
    called.write_text("question,document\nWhat?,guidance/nothing\n")
    with pytest.raises(SystemExit, match=r"questions.csv names documents .* does not hold: guidance/nothing"):
        retrieval.main()


def test_a_file_without_questions_is_refused_in_a_sentence(called: Path) -> None:
    called.write_text("question,document\n")
    with pytest.raises(SystemExit, match=r"questions.csv holds no question; it needs the columns"):
        retrieval.main()
