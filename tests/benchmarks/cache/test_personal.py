from __future__ import annotations

from benchmarks.cache.personal import personal


def test_the_shares_are_of_each_kind() -> None:
    rows = [
        {"q": "I weigh 90 kg, how much protein?", "personal": True},
        {"q": "How do I squat?", "personal": True},  # wrongly labelled, so that it counts as leaked
        {"q": "How do I squat?", "personal": False},
        {"q": "My knee hurts", "personal": False},
        {"q": "How do I do a plank?", "personal": False},
        {"q": "Is chest pain in a run bad?", "personal": False},  # an emergency is kept out
    ]
    assert personal(rows) == {"leaked": 0.5, "kept_out": 0.5, "personal": 2, "general": 4}


def test_no_rows_give_zeros() -> None:
    assert personal([]) == {"leaked": 0.0, "kept_out": 0.0, "personal": 0, "general": 0}
