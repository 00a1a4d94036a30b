from __future__ import annotations

import pytest

from core.conversation.safety import notices


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("I get chest pain when I run", "emergency"),
        ("my chest feels tight on the stairs", "emergency"),
        ("there is pressure in my chest", "emergency"),
        ("I passed out in the gym", "emergency"),
        ("can't breathe after sprinting", "emergency"),
        ("I want to kill myself", "emergency"),
        ("worst headache of my life during squats", "emergency"),
        ("what exercise with a pacemaker?", "heart"),
        ("is weight training ok with high blood pressure", "heart"),
        ("I have palpitations after coffee", "heart"),
        ("Is it safe to exercise during pregnancy?", "pregnancy"),
        ("planks in the third trimester", "pregnancy"),
        ("running 8 weeks after a C-section", "pregnancy"),
        ("when can I train after giving birth", "pregnancy"),
        ("I have been making myself throw up after food", "eating"),
        ("how do I stop binge eating", "eating"),
        ("I am not eating for 3 days to lose weight", "eating"),
        ("I lost my period since I train", "eating"),
        ("my knee hurts when I squat", "injury"),
        ("sprained ankle, what now", "injury"),
        ("I think I tore my hamstring", "injury"),
        ("tingling in my arm after rows", "injury"),
    ],
)
def test_what_belongs_to_a_doctor_gets_its_notice(question: str, kind: str) -> None:
    assert kind in [notice.kind for notice in notices(question)]


@pytest.mark.parametrize(
    "question",
    ["How do I do a push-up?", "How much water should I drink?", "Which shoes for running?", "How long is a marathon?",
     "What is a painter's plank?", "Are teardrop muscles trained by squats?"],
)  # fmt: skip
def test_an_ordinary_question_gets_none(question: str) -> None:
    assert [notice.kind for notice in notices(question) if notice.kind != "injury"] == []


def test_the_most_urgent_comes_first_and_says_whom_to_call() -> None:
    first, *others = notices("I am pregnant and have chest pain and a sore knee that hurts")
    assert first.kind == "emergency"
    assert "112" in first.text
    assert [notice.kind for notice in others] == ["pregnancy", "injury"]


def test_every_notice_sends_people_to_a_professional() -> None:
    for question in ("chest pain", "pacemaker", "pregnant", "bulimia", "sprain"):
        assert any(word in notices(question)[0].text for word in ("doctor", "emergency number", "midwife"))
