from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from core.setting_sources import env_name, load_settings, masked
from core.settings import ROOT, Settings

ROW = re.compile(r"^\| `(\w+)` \|(.*?)\| (.*) \|$", re.MULTILINE)
EXAMPLE = re.compile(r"^# ([A-Z_]+)=(.*)$", re.MULTILINE)


def shown(default: object) -> str:
    """Return a default as the page writes it, and as one would write it in `.env`."""
    if default is None or default in ("", ()):
        return ""
    if isinstance(default, tuple):
        return ",".join(shown(part) for part in default)
    if isinstance(default, Path):
        return str(default.relative_to(ROOT))
    return str(default).lower() if isinstance(default, bool) else str(default)


def documented() -> list[tuple[str, str, str]]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return [(name, default.strip().strip("`"), text) for name, default, text in ROW.findall(page)]


def examples() -> dict[str, str]:
    """Return what `.env.example` proposes; empty values are secrets to be filled in."""
    written = (ROOT / ".env.example").read_text(encoding="utf-8")
    return {name: value or "filled-in" for name, value in EXAMPLE.findall(written)}


def test_every_setting_is_documented_with_its_default_and_description_and_no_other() -> None:
    fields = Settings.model_fields.items()
    defaults = {name: shown(field.get_default(call_default_factory=True)) for name, field in fields}
    real = [(env_name(name), defaults[name], field.description) for name, field in fields]
    assert sorted(documented()) == sorted(real)


def test_every_setting_that_the_pages_name_exists() -> None:
    known = {env_name(name) for name in Settings.model_fields}
    pages = [ROOT / "README.md", ROOT / ".env.example", *(ROOT / "docs").glob("*.md")]
    named = {name for page in pages for name in re.findall(r"\bCOACH_[A-Z_]+", page.read_text(encoding="utf-8"))}
    assert named - known == set()


def test_the_example_proposes_only_real_settings() -> None:
    assert set(examples()) <= {env_name(name) for name in Settings.model_fields}
    assert "OPENAI_API_KEY" in examples()


def test_the_example_works_once_it_is_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper() in {env_name(field) for field in Settings.model_fields}:
            monkeypatch.delenv(name)
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in examples().items()))
    in_force, untouched = masked(load_settings(tmp_path / ".env")), masked(load_settings(None))
    assert {name for name in in_force if in_force[name] != untouched[name]} == set(examples())
