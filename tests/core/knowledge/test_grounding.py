from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.knowledge.grounding import check_sentence, sentences

NAMES = ["Push-up", "Wall push-up", "Pull-up", "Plank", "Squat"]
SOURCE = """
Protein helps muscles to grow. Adults who train need 1.4 to 2.0 g of protein per kg of body weight a day.
Creatine is safe for healthy adults. Ask your doctor before you take creatine in pregnancy.
Heavy lifting should be avoided by anyone with an unstable fracture.
- Hold the plank with straight legs for 20 to 30 seconds.
- Do not hold your breath in the squat.
"""
WORDS = st.sampled_from(
    "protein muscles not stop doctor 5 g kg day two minutes train heavy squat plank safe a the".split()
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
quickly = settings(deadline=None, max_examples=200)


@pytest.mark.parametrize(
    "sentence",
    [
        "Protein helps muscles grow.",
        "Adults who train need 1.4 to 2 grams of protein per kilogram of body weight each day.",
        "Hold the plank for 20-30 s.",
        "Don't hold your breath in the squat!",
        "Is creatine safe for healthy adults? Creatine is safe.",
    ],
)
def test_what_a_source_says_is_grounded_in_other_words_too(sentence: str) -> None:
    assert all(check_sentence(part, [SOURCE], NAMES).grounded for part in sentences(sentence))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Sleep helps tendons to heal.", "no sentence of the sources supports it"),
        ("Protein, sleep and sun help muscles to grow.", "no sentence of the sources supports it"),
        ("Hold the plank with straight legs for 20 to 90 seconds.", "a quantity is not in the source: 90 s"),
        ("Hold the plank with straight legs for 20 to 30 minutes.", "a quantity is not in the source: 20 min"),
        ("Hold the plank with straight legs twenty to forty seconds.", "a quantity is not in the source: 40 s"),
        ("Adults who train need 1.4 to 2.0 g of protein a day.", "a unit is left out: kg"),
        ("Creatine is not safe for healthy adults.", "a word of safety differs: not"),
        ("Creatine is unsafe for healthy adults.", "a word of safety differs: safe"),
        ("Take creatine in pregnancy.", "a word of safety differs"),
        ("Hold your breath in the squat.", "a word of safety differs: not"),
        ("Heavy lifting should be done by anyone with an unstable fracture.", "a word of safety differs: avoid"),
        ("Hold the squat with straight legs for 20 to 30 seconds.", "an exercise is not in the sources: Squat"),
        ("It is for you.", "it says nothing"),
        ("", "it says nothing"),
    ],
)
def test_what_no_source_says_is_refused_with_the_reason(sentence: str, reason: str) -> None:
    verdict = check_sentence(sentence, [SOURCE], NAMES)
    assert not verdict.grounded
    assert reason in verdict.reason


def test_nothing_is_grounded_in_no_source() -> None:
    assert check_sentence("Protein helps.", []).reason == "no sentence of the sources supports it"
    assert check_sentence("Protein helps.", [""]).reason == "no sentence of the sources supports it"


def test_one_sentence_must_support_it_not_several_together() -> None:
    sources = ["Protein helps muscles. Sleep mends tendons."]
    assert not check_sentence("Protein mends tendons and muscles.", sources).grounded
    assert check_sentence("Sleep mends tendons.", ["Other words.", *sources]).grounded


@pytest.mark.parametrize(
    ("sentence", "grounded"),
    [
        ("Protein helps muscles quickly.", True),
        ("Protein helps muscles grow strong, big, quickly.", False),
        ("Protein helps muscles grow strong, quickly.", True),
    ],
)
def test_three_words_in_four_are_support_enough_and_five_in_seven_are_not(sentence: str, grounded: bool) -> None:
    assert check_sentence(sentence, ["Protein helps muscles grow strong."]).grounded is grounded


def test_of_sentences_that_are_equally_near_one_that_agrees_is_enough() -> None:
    sources = ["Rest for 3 days. Rest for 5 days.", "Rest for 7 days."]
    assert [check_sentence(f"Rest for {days} days.", sources).grounded for days in (3, 5, 7, 9)] == [True] * 3 + [False]


@pytest.mark.parametrize(
    ("sentence", "source", "grounded"),
    [
        ("Push-ups work the chest.", "Push-ups work the chest.", True),
        ("A plank works the core and shoulders.", "The plank is simple. It works the core and shoulders.", True),
        ("Push-ups work the chest and arms.", "Wall push-ups work the chest and arms.", False),
        (
            "Pull-ups work chest, shoulders and arms.",
            "Push-ups work chest, shoulders and arms. Pull-ups differ.",
            False,
        ),
    ],
)
def test_no_exercise_stands_in_for_another(sentence: str, source: str, grounded: bool) -> None:
    assert check_sentence(sentence, [source], NAMES).grounded is grounded


def test_text_is_split_at_the_ends_of_sentences_and_lines() -> None:
    text = "One. Two! Three?\nFour\n- Five.\n\n1. Six 1.5 g. ..."
    assert sentences(text) == ["One.", "Two!", "Three?", "Four", "Five.", "Six 1.5 g."]
    assert sentences(" \n 12. \n") == []


@quickly
@given(st.lists(SENTENCES, min_size=1, max_size=4))
def test_every_sentence_of_a_source_is_grounded_in_it(parts: list[str]) -> None:
    for part in parts:
        verdict = check_sentence(part, [f"{'. '.join(parts)}."], NAMES)
        assert verdict.grounded or verdict.reason == "it says nothing"


@quickly
@given(SENTENCES, st.integers(100, 999))
def test_a_number_that_no_source_holds_is_never_grounded(sentence: str, number: int) -> None:
    assert not check_sentence(f"{sentence} {number}", [sentence, SOURCE]).grounded


@quickly
@given(SENTENCES, st.sampled_from(["never", "unsafe", "emergency", "injured", "risky"]))
def test_a_word_of_safety_is_neither_added_nor_left_out(sentence: str, word: str) -> None:
    assert not check_sentence(f"{sentence} {word}", [sentence]).grounded
    assert not check_sentence(sentence, [f"{sentence} {word}"]).grounded
