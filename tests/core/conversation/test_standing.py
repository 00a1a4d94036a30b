from __future__ import annotations

import pytest

from core.conversation.standing import Standing

STANDING = Standing([["squat"], ["push-up", "press-up"], ["pull-up"], ["plank"], ["deadlift"]])


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How do I do a pull-up?", ["How do I do a push-up?"]),
        ("What muscles does the deadlift work?", ["Hi coach!", "How do I squat?", "thanks"]),
        ("How long should I hold a plank?", ["Which muscles does a plank train?"]),
        ("Is protein important for muscle growth?", ["hello"]),
        ("Are push-ups easier than pull-ups?", ["How do I do a pull-up?"]),
    ],
)
def test_a_complete_question_after_others_that_set_no_scene_stands_alone(question: str, said: list[str]) -> None:
    assert STANDING.alone(question, said)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        # It refers, or leaves its subject out
        ("How long should I hold it?", ["How do I do a plank?"]),
        ("And a pull-up?", ["How do I do a push-up?"]),
        ("How many sets should I do?", ["How do I squat?"]),
        ("how much notice do I need to give?", ["Can I end the membership?"]),
        ("do I need to do anything before I go?", ["How do I book a class?"]),
        ("Should I lock the elbows?", ["How do I do a push-up?"]),
        ("Are squats harder?", ["How do I do a deadlift?"]),
        ("How do I do the first exercise?", ["squat, plank"]),
        ("Can I do squats instead?", ["How do I do a deadlift?"]),
        ("push-up form", ["How do I squat?"]),
        # What was told before bears on it
        ("Is a squat OK for me to do?", ["I'm pregnant"]),
        ("How many squats should I do?", ["My knee hurts"]),
        ("How many squats should I do?", ["I only have 10 minutes"]),
        ("How many squats should I do?", ["How do I train for a marathon?"]),
        ("How do I do a squat?", ["What can I do with one kettlebell?"]),
        ("Which push-up should I start with?", ["What should women over 60 do?"]),
        ("Is protein important for me?", ["How do I go keto?"]),
        ("How often should I do planks?", ["hi", "I have sciatica", "How do I do a plank?"]),
        ("Can I squat every day?", ["Tell me about a hotel room workout"]),
    ],
)
def test_a_question_that_leans_on_what_was_said_does_not(question: str, said: list[str]) -> None:
    assert not STANDING.alone(question, said)


@pytest.mark.parametrize("question", ["How many sets should I do?", "And then?", "Is it safe?"])
def test_the_first_question_always_does(question: str) -> None:
    assert STANDING.alone(question, [])
