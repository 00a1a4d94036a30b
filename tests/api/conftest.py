from __future__ import annotations

from collections.abc import Callable

import pytest

from core.bootstrap import Services


@pytest.fixture
def services(make_services: Callable[..., Services]) -> Services:
    """Services that are not started, which no request to the API needs."""
    return make_services()
