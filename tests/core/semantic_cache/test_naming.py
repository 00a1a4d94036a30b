from __future__ import annotations

import pytest

from core.semantic_cache.naming import names_in, others_named


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How do I cancel Netflix?", {"Netflix"}),
        ("Netflix: how do I cancel it?", set()),
        ("How do I cancel? Netflix wants money.", set()),
        ("Is Netflix's app slow?", {"Netflix"}),
        ("Can I use IMAP with Gmail?", {"Gmail"}),
        ("How Do I Cancel Netflix?", set()),
        ("", set()),
    ],
)
def test_names_are_capitalised_inside_a_sentence(question: str, names: set[str]) -> None:
    assert names_in(question) == names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How far is Lyon from here?", "How far is Nantes from here?"),
        ("How do I start with Java?", "How do I start with JavaScript?"),
        ("Who wrote the Iliad?", "Who wrote the Odyssey?"),
        ("When was Henry V born?", "When was Henry VIII born?"),
        ("What did George W. Bush do?", "What did George H. W. Bush do?"),
        ("How do I get to the Louvre in Paris?", "How do I get to the Prado in Madrid?"),
    ],
)
def test_other_names_are_told_apart_from_either_side(one: str, other: str) -> None:
    assert others_named(one, other)
    assert others_named(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How far is Lyon from here?", "what is the way to lyon"),
        ("How do I cancel Netflix?", "How do I cancel my subscription?"),
        ("Which Italian towns are old?", "Which old towns are in Italy? Are Italian ones?"),
        ("Is the US large?", "Is the United States large?"),
        ("What did Henry VIII do?", "What did King Henry do?"),
        ("Books by J. K. Rowling", "Books by J.K. Rowling"),
        ("Should I run or do I swim?", "Do I swim, or should I run?"),
    ],
)
def test_a_name_that_only_one_question_has_is_left_to_the_evidence(one: str, other: str) -> None:
    assert others_named(one, other) is None
    assert others_named(other, one) is None
