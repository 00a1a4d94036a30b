from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from tests.pages.console import ADMIN, PRODUCT, Console
from tests.shared import shared_services


@pytest.fixture(scope="session", autouse=True)
def components_once() -> Iterator[None]:
    """Let Streamlit look for components among the installed packages once; in a test it does so at each run of a page,
    which is half of the run's time."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


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
