from __future__ import annotations

from core.monitoring.export import Table
from pages.components.ranking import readable


def test_a_ranked_row_tells_the_rate_with_its_interval_and_of_how_many() -> None:
    columns = ("topic", "dislikes", "votes", "rate", "rate_low", "rate_high")
    rows = (("Creatine", 54, 1267, 0.2022, 0.158, 0.2546), ("Sleep", 3, 20, 0.15, 0.05, 0.36))
    shown = readable(Table("topics-dislikes", columns, rows), "dislikes")
    assert list(shown.columns) == ["topic", "rate", "dislikes"]
    assert shown.to_numpy().tolist() == [
        ["Creatine", "20 % (16–25)", "54 / 1,267"],
        ["Sleep", "15 % (5–36)", "3 / 20"],
    ]


def test_nothing_ranked_is_an_empty_list() -> None:
    assert readable(Table("topics-misses", (), ()), "misses").empty
