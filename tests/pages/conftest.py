from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.pages.console import ADMIN, PRODUCT, Console
from tests.shared import shared_services


@pytest.fixture
def make_console(tmp_path: Path, library_file: Path, library_folder: Path) -> Iterator[Callable[..., Console]]:
    """Makes a console on started services, with environment variables of a test's own."""
    with ExitStack() as stack:

        def make(**variables: str) -> Console:
            shutil.copy(library_file, tmp_path / "coach.db")
            common = {
                "COACH_DATA_DIR": str(tmp_path),
                "COACH_KNOWLEDGE_DIRS": str(library_folder),
                "COACH_PHRASING": "false",
                "COACH_SIGN_IN": "oidc",
                "COACH_ADMINS": ADMIN,
                "COACH_PRODUCT_MANAGERS": PRODUCT,
            }
            services = stack.enter_context(shared_services(**common | variables))
            services.start()
            return Console(services)

        yield make


@pytest.fixture
def console(make_console: Callable[..., Console]) -> Console:
    return make_console()
