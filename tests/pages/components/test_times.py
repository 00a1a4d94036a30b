from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.text import ago

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "just now"), (0, "just now"), (59, "just now"), (60, "1 min ago"), (3599, "59 min ago"), (3600, "1 h ago"),
     (86399, "23 h ago"), (86400, "1 day ago"), (172799, "1 day ago"), (172800, "2 days ago")],
)  # fmt: skip
def test_it_is_said_how_long_ago_something_was(seconds: int, said: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said


def page_with_a_time() -> None:
    from datetime import UTC, datetime

    import streamlit as st

    from pages.components.text import local_time

    st.text(local_time(datetime(2026, 5, 4, 23, 30, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Berlin", "05 May 2026, 01:30"),
        ("America/New_York", "04 May 2026, 19:30"),
        (None, "04 May 2026, 23:30"),
        ("Nowhere/Land", "04 May 2026, 23:30"),
        ("../../etc/passwd", "04 May 2026, 23:30"),
    ],
)
def test_a_time_is_shown_as_the_visitors_clock_would(zone: str | None, shown: str) -> None:
    tab = AppTest.from_function(page_with_a_time)
    tab.context = {"timezone": zone} if zone else {}
    tab.run()
    assert not tab.exception
    assert tab.text[0].value == shown
