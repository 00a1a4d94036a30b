from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.settings import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)


def targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


def commands(page: Path) -> set[str]:
    """Return the targets of `make` that a page tells to run, in code marks and code blocks."""
    code = re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`", page.read_text(encoding="utf-8"), re.DOTALL)
    return {name for block in code for part in block for name in re.findall(r"\bmake ([a-z][a-z-]*)", part)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_make_that_a_page_names_exists(page: Path) -> None:
    assert commands(page) - targets() == set()


def test_the_readme_names_every_command_that_people_need() -> None:
    assert {"run", "test", "demo", "bench", "lint"} <= commands(ROOT / "README.md")


def test_every_target_without_a_file_is_phony() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    declared = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert declared is not None
    assert set(declared[1].split()) == targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_that_a_page_runs_exists(page: Path) -> None:
    modules = re.findall(r"python -m ([\w.]+)", page.read_text(encoding="utf-8"))
    assert [name for name in modules if find_spec(name) is None] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
