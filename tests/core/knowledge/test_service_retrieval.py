"""What is found in the small library, by the real embedder and the real vector store."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.knowledge.service import Retrieved
from tests.house import House


def asked(house: House, question: str, limit: int = 5) -> Retrieved:
    return house.knowledge.retrieve(question, house.embedder.embed([question])[0], limit)


def first(house: House, question: str) -> str:
    return asked(house, question).found[0].passage.document_id


def test_every_exercise_is_found_first_by_each_of_its_names(house: House) -> None:
    names = {name: names[0] for names in house.knowledge.exercise_names for name in names}
    found = {name: asked(house, f"How do I do a {name}?", 1).found[0].passage.title for name in names}
    assert {name: title for name, title in found.items() if title != names[name]} == {}


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("push ups", "exercise/push-up"),
        ("Is a wall push-up easier than I think?", "exercise/wall-push-up"),
        ("How much protein should I eat?", "guidance/protein-needs"),
        ("What should I drink when I sweat a lot?", "guidance/hydration"),
        ("May I train while I am expecting a baby?", "guidance/exercise-in-pregnancy"),
    ],
)
def test_a_question_finds_its_document(house: House, question: str, document: str) -> None:
    assert first(house, question) == document


def test_meaning_finds_what_shares_no_word(house: House) -> None:
    question = "Beverages?"
    assert house.knowledge.retrieve(question, None).found == ()
    assert first(house, question) == "guidance/hydration"


@pytest.mark.parametrize("question", ["?!", "", "of the", "5", "💪"])
def test_a_question_without_a_word_is_no_error(house: House, question: str) -> None:
    assert house.knowledge.retrieve(question, None).found == ()
    assert len(asked(house, question).found) == 5


def test_similarity_is_the_cosine_of_question_and_passage(house: House) -> None:
    question = "How much protein should I eat?"
    for found in asked(house, question).found:
        one, other = house.embedder.embed([question, found.passage.searchable])
        assert found.similarity == pytest.approx(float(one @ other), abs=1e-5)


def test_what_only_words_found_has_no_similarity(house: House) -> None:
    about_food = house.embedder.embed(["How much protein should I eat?"])[0]
    found = house.knowledge.retrieve("elbow", about_food, limit=1000).found
    by_words = [hit.passage.searchable for hit in found if hit.similarity is None]
    assert by_words
    assert all("elbow" in text.lower() for text in by_words)


words = st.sampled_from("protein push up wall water pregnant creatine how much row chest 20 g the ? zebra".split())
questions = st.lists(words, max_size=8).map(" ".join) | st.text(max_size=30)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=questions, limit=st.integers(1, 12))
def test_whatever_is_asked_the_best_come_first_each_once(house: House, question: str, limit: int) -> None:
    retrieved, more = asked(house, question, limit), asked(house, question, limit + 5)
    scores, ids = [hit.score for hit in retrieved.found], [hit.passage.id for hit in retrieved.found]
    assert retrieved.dense
    assert len(ids) == len(set(ids)) == limit
    assert scores == sorted(scores, reverse=True)
    assert more.found[:limit] == retrieved.found
