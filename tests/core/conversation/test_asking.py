from __future__ import annotations

import json
import logging

import pytest
from sqlmodel import select

from core.conversation.answering import NOTHING_ELSE, OFF_TOPIC
from core.conversation.fresh import WITHOUT_VECTORS
from core.conversation.model import Accepted, Outcome, State, TurnView
from core.conversation.records import Turn
from core.errors import InputError, NotFoundError
from core.feedback.model import Thumb, Vote
from core.monitoring.records import TurnEvent
from core.semantic_cache.records import CacheEntry
from tests.broken import BrokenEmbedder, BrokenStore
from tests.house import House, ScriptedModel, down, person

PROTEIN = "How much protein do I need to build muscle?"
PUSH_UP = "How do I do a diamond push-up?"


def test_an_answer_comes_with_its_sources_and_is_remembered(house: House) -> None:
    turn = house.ask(person("Ana"), PROTEIN)
    assert turn.outcome is Outcome.MISS
    assert turn.state is State.DONE
    assert turn.quotes[0].document_id == "guidance/protein-needs"
    assert turn.quotes[0].sources[0].url.startswith("https://")
    kept = house.conversations.open(person("Ana"), turn.conversation_id)
    assert kept.turns == (turn,)


def test_the_same_question_of_somebody_else_comes_from_the_cache(house: House) -> None:
    first = house.ask(person("Ana"), PROTEIN)
    house.clock.pass_by(hours=2)
    again = house.ask(person("Ben"), "how much protein do i need to build muscle")
    assert again.outcome is Outcome.HIT
    assert (again.answer, again.quotes) == (first.answer, first.quotes)
    assert again.answered_from == first.asked_at


def test_a_paraphrase_is_a_hit_and_another_exercise_is_not(house: House) -> None:
    house.ask(person("Ana"), "Show me how to do a diamond push-up")
    same = house.ask(person("Ben"), "What is the right way to do a diamond push-up?")
    assert same.outcome is Outcome.HIT
    assert same.matched == "Show me how to do a diamond push-up"
    other = house.ask(person("Ben"), "What is the right way to do a pull-up?")
    assert other.outcome is Outcome.MISS


def test_a_turn_carries_its_evidence_timings_and_cost(house: House) -> None:
    house.build(model=ScriptedModel(["Eat 1.4 to 2.0 g [1]."]))
    turn = house.ask(person("Ana"), PROTEIN)
    with house.database.read() as session:
        row, event = session.get(Turn, turn.id), session.get(TurnEvent, turn.id)
    assert row is not None
    assert event is not None
    assert set(row.stages_ms) == {"cache", "topic", "retrieve", "answer"}
    assert row.evidence["tier"] == "none"
    assert (row.input_tokens, row.output_tokens) == (120, 30)
    assert row.cost_usd == pytest.approx((120 * 1.0 + 30 * 4.0) / 1e6)
    assert event.cost_usd == row.cost_usd
    assert (event.release_id, event.channel) == (row.release_id, "stable")


def test_a_turn_is_one_log_line_with_a_correlation_id_and_without_the_question(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "core.conversation.asking"):
        turn = house.ask(person("Ana"), PROTEIN)
    [line] = [record for record in caplog.records if record.getMessage() == "turn"]
    assert line.__dict__["correlation_id"] == turn.id
    assert line.__dict__["outcome"] == "miss"
    assert PROTEIN not in json.dumps(line.__dict__, default=str)


def test_the_question_is_kept_before_the_first_word_of_the_answer(house: House) -> None:
    parts = house.asking.ask(person("Ana"), PROTEIN)
    accepted = next(parts)
    assert isinstance(accepted, Accepted)
    opened = house.conversations.open(person("Ana"), accepted.conversation_id)
    assert [(turn.question, turn.state) for turn in opened.turns] == [(PROTEIN, State.ANSWERING)]
    parts.close()


def test_what_was_shown_is_in_the_database_already(house: House) -> None:
    house.build(model=ScriptedModel(["Eat ", "enough [1]."]))
    parts = house.asking.ask(person("Ana"), PROTEIN)
    accepted, first = next(parts), next(parts)
    assert isinstance(accepted, Accepted)
    [turn] = house.conversations.open(person("Ana"), accepted.conversation_id).turns
    assert turn.answer == first
    parts.close()


def test_stop_keeps_what_was_said_and_stops_the_model(house: House) -> None:
    model = ScriptedModel(["Eat ", "enough ", "[1]."])
    house.build(model=model)
    parts = house.asking.ask(person("Ana"), PROTEIN)
    accepted = next(parts)
    assert isinstance(accepted, Accepted)
    said = [next(parts), next(parts)]
    parts.close()
    [turn] = house.conversations.open(person("Ana"), accepted.conversation_id).turns
    assert (turn.state, turn.answer) == (State.STOPPED, "".join(map(str, said)))
    assert model.closed_early == 1


def test_what_was_stopped_is_not_shared(house: House) -> None:
    house.build(model=ScriptedModel(["Eat ", "enough [1]."], ["Eat well [1]."]))
    parts = house.asking.ask(person("Ana"), PROTEIN)
    next(parts), next(parts)
    parts.close()
    assert house.ask(person("Ben"), PROTEIN).answer == "Eat well [1]."


def test_off_topic_is_said_and_costs_nothing(house: House) -> None:
    model = ScriptedModel()
    house.build(model=model)
    turn = house.ask(person("Ana"), "Who won the chess championship in Reykjavik?")
    assert turn.answer == OFF_TOPIC
    assert turn.quotes == ()
    assert model.asked == []


@pytest.mark.parametrize(
    "question",
    [
        "I am 54 and weigh 90 kg, how much protein do I need?",
        "My doctor found a heart murmur, may I do push-ups?",
        "Write to ana@example.org how to do a push-up",
        "I have pain in the shoulder, can I do push-ups?",
    ],
)
def test_a_personal_question_neither_reads_nor_feeds_the_cache(house: House, question: str) -> None:
    assert house.ask(person("Ana"), question).outcome is Outcome.BYPASS
    assert house.ask(person("Ben"), question).outcome is Outcome.BYPASS
    with house.database.read() as session:
        assert session.exec(select(CacheEntry)).all() == []


def test_a_follow_up_bypasses_the_cache_and_is_answered_with_what_it_leans_on(house: House) -> None:
    first = house.ask(person("Ana"), PROTEIN)
    follow = house.ask(person("Ana"), "And for older people?", conversation_id=first.conversation_id)
    assert follow.outcome is Outcome.BYPASS
    assert follow.quotes[0].document_id == "guidance/protein-needs"


def test_notices_stand_above_the_answer(house: House) -> None:
    turn = house.ask(person("Ana"), "Is it safe to exercise during pregnancy?")
    assert [notice.kind for notice in turn.notices] == ["pregnancy"]
    assert "doctor or midwife" in turn.notices[0].text


def test_a_fresh_answer_can_always_be_had(house: House) -> None:
    house.ask(person("Ana"), PUSH_UP)
    fresh = house.ask(person("Ben"), PUSH_UP, fresh=True)
    assert fresh.outcome is Outcome.BYPASS
    assert fresh.answered_from is None


def test_a_new_answer_takes_the_place_of_the_one_it_replaces(house: House) -> None:
    first = house.ask(person("Ana"), PUSH_UP)
    second = house.ask(person("Ana"), PUSH_UP, replaces=first.id)
    assert second.answer != first.answer
    opened = house.conversations.open(person("Ana"), first.conversation_id)
    assert [turn.id for turn in opened.turns] == [second.id]


def test_a_down_voted_answer_is_never_shown_again_to_who_voted(house: House) -> None:
    ana, ben = person("Ana"), person("Ben")
    seen: set[str] = set()
    turn = house.ask(ana, PUSH_UP)
    first = turn.answer
    while turn.answer != NOTHING_ELSE:
        assert turn.answer not in seen
        seen.add(turn.answer)
        house.voting.vote(ana, turn.id, Vote(Thumb.DOWN))
        turn = house.ask(ana, PUSH_UP)
    assert len(seen) > 1
    assert house.ask(ben, PUSH_UP).answer in seen
    assert first in seen


def test_nothing_crosses_a_tenant(house: House) -> None:
    house.releases.configure("other", house.spec())
    first = house.ask(person("Ana"), PROTEIN)
    theirs = house.ask(person("Ana", tenant="other"), PROTEIN)
    assert theirs.outcome is Outcome.MISS
    with pytest.raises(NotFoundError):
        house.conversations.open(person("Ana", tenant="other"), first.conversation_id)


def test_a_new_release_begins_with_an_empty_cache(house: House) -> None:
    house.ask(person("Ana"), PROTEIN)
    house.releases.configure("default", house.spec("another-model"))
    assert house.ask(person("Ben"), PROTEIN).outcome is Outcome.MISS


def test_without_the_vector_store_the_library_is_searched_by_words_and_it_is_said(house: House) -> None:
    house.build(store=BrokenStore())
    turn = house.ask(person("Ana"), PUSH_UP)
    assert turn.remark == WITHOUT_VECTORS
    assert turn.quotes[0].title == "Diamond push-up"
    assert house.ask(person("Ben"), PUSH_UP).outcome is Outcome.MISS, "second best is not shared"


def test_without_the_embedder_the_library_is_searched_by_words(house: House) -> None:
    house.build(embedder=BrokenEmbedder(house.embedder.name))
    turn = house.ask(person("Ana"), PUSH_UP)
    assert turn.remark == WITHOUT_VECTORS
    assert turn.quotes[0].title == "Diamond push-up"


def test_without_the_model_the_library_answers_and_it_is_said(house: House) -> None:
    house.build(model=ScriptedModel([down()]))
    turn = house.ask(person("Ana"), PUSH_UP)
    assert "The language model does not answer just now" in turn.remark
    assert turn.quotes
    assert turn.state is State.DONE


def test_a_cut_stream_is_kept_as_interrupted_and_not_shared(house: House) -> None:
    house.build(model=ScriptedModel(["Put your hands ", down()], ["Put your hands together [1]."]))
    turn = house.ask(person("Ana"), PUSH_UP)
    assert (turn.state, turn.answer) == (State.INTERRUPTED, "Put your hands ")
    assert house.ask(person("Ben"), PUSH_UP).answer == "Put your hands together [1]."


def test_an_unforeseen_error_ends_the_turn_as_failed(house: House) -> None:
    house.build(model=ScriptedModel([ZeroDivisionError("of a test")]))
    with pytest.raises(ZeroDivisionError):
        house.ask(person("Ana"), PUSH_UP)
    [listed] = house.conversations.listing(person("Ana"))
    [turn] = house.conversations.open(person("Ana"), listed.id).turns
    assert turn.state is State.FAILED


@pytest.mark.parametrize(
    ("question", "sentence"),
    [("", "Write a question"), (" \u200b\u202e\n", "Write a question"), ("🏋️", "in words"), ("a" * 2001, "2,000")],
)
def test_what_cannot_be_asked_keeps_nothing(house: House, question: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        house.ask(person("Ana"), question)
    assert house.conversations.listing(person("Ana")) == []


def test_somebody_elses_conversation_or_turn_cannot_be_gone_on_with(house: House) -> None:
    mine = house.ask(person("Ana"), PUSH_UP)
    with pytest.raises(NotFoundError):
        house.ask(person("Ben"), PROTEIN, conversation_id=mine.conversation_id)
    with pytest.raises(NotFoundError):
        house.ask(person("Ben"), PROTEIN, replaces=mine.id)


@pytest.mark.parametrize("question", ["ما هي كمية البروتين؟ protein per day", "protein 🏋️ per day?\x00\ud83c"])
def test_any_script_and_stray_signs_are_kept_and_answered(house: House, question: str) -> None:
    turn = house.ask(person("Ana"), question)
    assert isinstance(turn, TurnView)
    assert turn.state is State.DONE
