from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.knowledge.model import Document, Exercise, Passage, Source, snapshot_version
from tests.core.knowledge.files import squat

WHO = Source("Guidelines", "WHO", 2020, "https://www.who.int/x")
FULL = {
    "errors": ["Heels lift."], "easier": ["Box squat: sit."], "harder": ["Pause squat: wait."],
    "contraindications": ["Sore knees: ask."],
}  # fmt: skip


def document(**changes: object) -> Document:
    return Exercise.model_validate(squat(**changes)).document((WHO,))


def intro(**changes: object) -> str:
    return document(**changes).passages[0].text.partition("\n")[0]


def test_an_exercise_becomes_a_passage_for_each_thing_that_is_asked() -> None:
    found = [(passage.heading, passage.text) for passage in document(**FULL).passages]
    assert found[1:] == [
        ("Common errors in the Squat", "- Heels lift."),
        ("Easier forms of the Squat", "- Box squat: sit."),
        ("Harder forms of the Squat", "- Pause squat: wait."),
        ("Who should be careful with the Squat", "- Sore knees: ask."),
    ]
    assert found[0][0] == "How to do the Squat"
    assert found[0][1].endswith("\n\n1. Sit down.\n2. Stand up.")


@pytest.mark.parametrize("missing", list(FULL))
def test_what_an_exercise_does_not_say_is_no_passage(missing: str) -> None:
    passages = document(**{name: said for name, said in FULL.items() if name != missing}).passages
    assert [passage.id for passage in passages] == [f"exercise/squat#{number}" for number in range(4)]
    assert FULL[missing][0] not in " ".join(passage.text for passage in passages)


def test_every_passage_names_its_document_and_sources() -> None:
    passages = document(**FULL).passages
    assert {(p.document_id, p.title, p.sources) for p in passages} == {("exercise/squat", "Squat", (WHO,))}


def test_an_exercise_without_steps_is_still_described() -> None:
    (passage,) = document(how=[]).passages
    assert (passage.heading, passage.text) == ("About the Squat", intro())


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({}, "Squat works the thighs. Level: beginner. You need: no equipment."),
        ({"aliases": ["air squat", "deep squat"]}, "Squat (also called air squat, deep squat) works"),
        ({"muscles": ["thighs", "hips", "calves"]}, "works the thighs, hips and calves."),
        ({"secondary_muscles": ["abs", "back"]}, "works the thighs, with help from the abs and back."),
        ({"equipment": ["none"]}, "You need: no equipment."),
        ({"equipment": ["body only"]}, "You need: no equipment."),
        ({"equipment": "barbell|rack"}, "You need: barbell and rack."),
    ],
)
def test_the_introduction_says_what_it_works_and_needs(changes: dict[str, object], part: str) -> None:
    assert part in intro(**changes)


def test_a_passage_is_found_by_its_title_heading_and_text() -> None:
    passage = Passage("a#0", "a", "Squat", "How to do it", "Sit down.", ())
    assert passage.searchable == "Squat. How to do it\nSit down."


texts = st.text(max_size=5)
passages = st.builds(Passage, texts, texts, texts, texts, texts, st.just((WHO,)))
documents = st.lists(st.builds(Document, texts, texts, texts, st.just(("Squat",)), st.tuples(passages)), max_size=4)


@settings(deadline=None, max_examples=60)
@given(library=documents, data=st.data())
def test_a_snapshot_has_one_version_in_whatever_order(library: list[Document], data: st.DataObject) -> None:
    version = snapshot_version(library)
    assert snapshot_version(data.draw(st.permutations(library))) == version
    assert len(version) == 16
    assert int(version, 16) >= 0


def versions(*libraries: Sequence[Document]) -> set[str]:
    return {snapshot_version(library) for library in libraries}


def test_any_change_of_any_document_makes_another_version() -> None:
    one, other = document(**FULL), document(id="lunge", name="Lunge")
    first = one.passages[0]
    changed = [
        replace(one, title="Air squat"),
        replace(one, names=("Squat", "air squat")),
        replace(one, passages=one.passages[1:]),
        *(
            replace(one, passages=(replace(first, **change), *one.passages[1:]))
            for change in (
                {"text": "Sit."},
                {"heading": "How"},
                {"sources": ()},
                {"sources": (replace(WHO, year=2021),)},
            )
        ),
    ]
    libraries = [[one, other], [one], [other], [], [one, one, other], *([altered, other] for altered in changed)]
    assert len(versions(*libraries)) == len(libraries)
