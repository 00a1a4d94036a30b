from __future__ import annotations

from core.conversation.answering import relevant
from core.knowledge.model import Passage
from core.knowledge.retrieval import Found


def found(text: str, similarity: float | None) -> Found:
    return Found(Passage("guidance/d#0", "guidance/d", "Protein", "How much protein?", text, ()), 1.0, similarity)


def test_meaning_decides_where_it_is_known() -> None:
    near, far = found("Eat.", 0.35), found("protein needs a day", 0.34)
    assert relevant("protein needs a day", (near, far), 0.35) == (near,)


def test_shared_words_decide_where_it_is_not() -> None:
    one = found("Protein for muscle: eat 2 g a day.", None)
    assert relevant("How much protein for muscle?", (one,), 0.35) == (one,)
    assert relevant("Which chess opening wins in Reykjavik?", (one,), 0.35) == ()


def test_a_question_without_words_of_meaning_finds_nothing_by_words() -> None:
    assert relevant("what is it", (found("what is it", None),), 0.35) == ()
