"""The one set of services that the server and its pages share, built from environment variables of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.bootstrap import Services
from pages.components.services import the_services


@contextmanager
def shared_services(**variables: str) -> Iterator[Services]:
    """Set environment variables and yield the services that they make, until the end; processes inherit them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        the_services.clear()
        services = the_services()
        try:
            yield services
        finally:
            services.close()
            the_services.clear()
