from __future__ import annotations

import numpy as np
import pytest

from core.drift.questions import Asked, GrowthRule, QuestionDrift, compare
from core.ports import Vector
from tests.core.topics.islands import Islands, questions_on

USUAL = tuple("squat protein knee sleep running water plank stretch warmup calories shoulder yoga".split())
Week = tuple[Vector, list[str]]


def week(count: int, *, first: int, new: int = 0, island: str = "creatine") -> Week:
    """Return the questions of a week; `new` of them are on an island that was not there before."""
    each = (count - new) // len(USUAL)
    pairs = [pair for name in USUAL for pair in questions_on(name, each, first)]
    texts = [text for text, _ in [*questions_on(island, count - len(pairs), first), *pairs][:count]]
    return Islands().embed(texts), texts


def compared(before: Week, after: Week, **how: object) -> QuestionDrift:
    return compare(before[0], after[0], before[1], after[1], **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def quiet() -> Week:
    return week(504, first=0)


@pytest.fixture(scope="module")
def grown() -> Week:
    return week(504, first=1000, new=50)


def test_a_new_topic_is_found_and_explained(quiet: Week, grown: Week) -> None:
    asked = [Asked(missed="creatine" in text, disliked=True if "creatine" in text else None) for text in grown[1]]
    found = compared(quiet, grown, asked=asked)
    (topic,) = found.grown
    assert found.drifted
    own = [grown[1][place] for place in topic.members]
    assert all(text.startswith("creatine") for text in own)
    assert (topic.before, topic.share_before) == (0, 0.0)
    assert topic.after == len(own) >= 45
    assert topic.share_after == pytest.approx(len(own) / 504)
    assert topic.lift > 50
    assert topic.p_value < 0.001
    assert topic.words[0] == "creatine"
    assert topic.name.startswith("Creatine")
    assert len(set(topic.typical)) == 3
    assert set(topic.typical) <= set(own)
    assert topic.missed == topic.disliked == (len(own), len(own))


def test_the_same_mix_is_no_drift(quiet: Week) -> None:
    found = compared(quiet, week(504, first=2000))
    assert found.enough
    assert not found.drifted


def test_what_doubles_is_wobble_where_topics_wobble_that_much(quiet: Week) -> None:
    double = week(504, first=1000, new=70, island="squat")
    assert compared(quiet, double, rule=GrowthRule(wobble=0.05)).drifted
    assert not compared(quiet, double, rule=GrowthRule(wobble=0.6)).drifted


def test_a_topic_must_have_a_share_and_a_lift(quiet: Week, grown: Week) -> None:
    assert not compared(quiet, grown, rule=GrowthRule(least_share=0.2)).drifted
    assert not compared(quiet, grown, rule=GrowthRule(least_lift=1000)).drifted


def test_a_shrinking_topic_is_not_shown(quiet: Week, grown: Week) -> None:
    assert not compared(grown, quiet).drifted


def test_the_words_of_few_users_are_not_shown(quiet: Week, grown: Week) -> None:
    asked = [Asked(False, None, f"user {place % 2}") for place in range(len(grown[1]))]
    (topic,) = compared(quiet, grown, asked=asked).grown
    assert topic.words == ()
    assert topic.name == "Other"


def test_too_little_is_not_no_drift(quiet: Week, grown: Week) -> None:
    few = grown[0][:99], grown[1][:99]
    found = compared(quiet, few)
    assert (found.enough, found.drifted) == (False, False)
    assert not compared((quiet[0][:299], quiet[1][:299]), grown).enough
    assert not compared((quiet[0][:0], []), (grown[0][:0], [])).enough


def test_no_more_than_a_thousand_are_compared_and_members_are_places_of_all() -> None:
    before, after = week(1500, first=0), week(1500, first=3000, new=150)
    found = compared(before, after)
    assert (found.before, found.after) == (1000, 1000)
    (topic,) = found.grown
    assert all(after[1][place].startswith("creatine") for place in topic.members)
    assert found == compared(before, after), "and it is the same each time"


def test_what_does_not_fit_is_refused(quiet: Week) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        compare(quiet[0], quiet[0], quiet[1][1:], quiet[1])


def test_vectors_of_any_length_will_do(quiet: Week, grown: Week) -> None:
    assert compared((3 * quiet[0], quiet[1]), (np.asarray(grown[0], dtype=np.float64), grown[1])).drifted
