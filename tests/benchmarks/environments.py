"""Environments of peers that are not as they should be."""

from __future__ import annotations

from pathlib import Path


def without_the_package(folder: Path) -> str:
    """Make an environment whose interpreter complains and ends; return its folder."""
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho 'no such package' >&2\nexit 1\n")
    python.chmod(0o755)
    return str(folder)
