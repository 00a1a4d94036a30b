from __future__ import annotations

import pytest

from core.knowledge.library import Library
from core.knowledge.model import Document, Passage

KINDS = {"push-up": ("Push-up", "press-up"), "wall-push-up": ("Wall push-up",), "dip": ("Dip", "triceps dip")}


def exercise(name: str, names: tuple[str, ...]) -> Document:
    identity = f"exercise/{name}"
    sections = [Passage(f"{identity}#{number}", identity, names[0], "How", "Press.", ()) for number in range(3)]
    return Document(identity, "exercise", names[0], names, tuple(sections))


SLEEP = Document(
    "guidance/sleep", "guidance", "Sleep", (), (Passage("guidance/sleep#0", "guidance/sleep", "S", "H", "T", ()),)
)
LIBRARY = Library.of("v", [*(exercise(name, names) for name, names in KINDS.items()), SLEEP])


def named(question: str) -> dict[str, float]:
    return LIBRARY.named_in(question, LIBRARY.order)


@pytest.mark.parametrize(
    ("question", "exercises"),
    [
        ("How are PUSH UPS done?", {"push-up"}),
        ("Is a press-up hard?", {"push-up"}),
        ("Are wall push-ups easy?", {"wall-push-up"}),
        ("Dip or push-up?", {"dip", "push-up"}),
        ("Should I dip my bread?", {"dip"}),
        ("How do I push upwards?", set()),
        ("How do I sleep?", set()),
        ("how to do it", set()),
        ("", set()),
    ],
)
def test_an_exercise_is_named_by_any_of_its_names_the_longest_first(question: str, exercises: set[str]) -> None:
    assert {passage.partition("#")[0] for passage in named(question)} == {f"exercise/{name}" for name in exercises}


def test_only_passages_that_were_found_gain() -> None:
    assert set(LIBRARY.named_in("push-up", ["exercise/push-up#1", "exercise/dip#0"])) == {"exercise/push-up#1"}


def test_the_first_section_gains_most() -> None:
    gains = named("What is a push-up?")
    assert gains["exercise/push-up#0"] > gains["exercise/push-up#1"] == gains["exercise/push-up#2"] > 0


def test_who_names_the_exercise_and_nothing_else_lets_it_gain_most() -> None:
    shares = [
        named(f"push-up{more}")["exercise/push-up#0"] for more in ("", " for beginners", " for beginners at home")
    ]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], len(set(shares))) == (1.0, 3)


def test_documents_passages_and_names_are_kept_in_order() -> None:
    assert LIBRARY.exercise_names == tuple(KINDS.values())
    assert [LIBRARY.passages[identity].id for identity in LIBRARY.order] == list(LIBRARY.order)
    assert LIBRARY.order[-1] == "guidance/sleep#0"


def test_words_find_a_passage_by_the_other_names_of_its_exercise() -> None:
    found = {LIBRARY.order[place].partition("#")[0] for place, _ in LIBRARY.lexical.search("triceps", 10)}
    assert found == {"exercise/dip"}
