"""How much room the installed environment takes, with the tools of tests and checks and without them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.settings import ROOT

RUN = ("requirements.txt", "requirements-models.txt")
SHIPPED = ("pip", "setuptools")
"""What a new environment holds before anything is installed."""


def environment_bytes() -> dict[str, int]:
    """Return the bytes of what `make run` installs and of all that is installed, hard links counted once."""
    everything = _bytes(Path(sys.prefix).rglob("*"))
    needed = {canonicalize_name(name) for name in SHIPPED} | _needed()
    tools = [found for found in distributions() if canonicalize_name(found.name) not in needed]
    extra = _bytes(Path(str(file.locate())) for found in tools for file in found.files or ())
    return {"of make run": everything - extra, "with test tools": everything}


def _needed() -> set[str]:
    """Return the distributions that the running product needs, what they need included."""
    found: set[str] = set()
    wanted = [Requirement(line) for name in RUN for line in _lines(ROOT / name)]
    weights = {canonicalize_name(Requirement(line).name) for line in _lines(ROOT / RUN[1])}
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if (installed := _installed(name)) is None:
            continue
        extras = requirement.extras or {""}
        # Weights are installed without what they declare to need.
        needs = [Requirement(line) for line in installed.requires or ()] if name not in weights else []
        inner = [one for one in needs if not one.marker or any(one.marker.evaluate({"extra": e}) for e in extras)]
        wanted += [one for one in inner if canonicalize_name(one.name) not in found or one.extras]
        found.add(name)
    return found


def _lines(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _bytes(paths: Iterable[Path]) -> int:
    seen: set[tuple[int, int]] = set()
    total = 0
    for path in paths:
        try:
            status = path.lstat()
        except OSError:
            continue
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            total += status.st_blocks * 512
    return total
