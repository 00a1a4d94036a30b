from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access.model import actor_id
from core.releases.model import ReleaseSpec, Serving, in_canary

SPEC = ReleaseSpec("model", "prompt", "embedder", "knowledge", "on")
ACTORS = [actor_id("default", f"person {number}") for number in range(4000)]
TEXTS = st.text(max_size=20)
SPECS = st.builds(ReleaseSpec, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
SHARES = st.floats(0, 1)


@given(SPECS, SPECS)
def test_equal_specs_and_only_they_have_equal_ids(one: ReleaseSpec, other: ReleaseSpec) -> None:
    assert (one.id == other.id) == (one == other)
    assert replace(one).id == one.id


@pytest.mark.parametrize("field", [field.name for field in fields(ReleaseSpec)])
def test_whatever_an_answer_depends_on_is_in_the_id(field: str) -> None:
    assert replace(SPEC, **{field: "another"}).id != SPEC.id


def test_values_do_not_run_into_one_another() -> None:
    assert (
        replace(SPEC, chat_model="ab", prompt_version="c").id != replace(SPEC, chat_model="a", prompt_version="bc").id
    )


def test_an_id_is_the_same_on_every_start() -> None:
    # Cached answers hang on it.
    assert SPEC.id == "8618ac97e04a31df"


def test_releases_have_caches_of_their_own() -> None:
    one, other = (Serving(spec.id, "stable", spec) for spec in (SPEC, replace(SPEC, chat_model="another")))
    assert one.cache_namespace != other.cache_namespace


@settings(deadline=None, max_examples=30)
@given(TEXTS, SHARES)
def test_the_share_of_many_people_is_near(release: str, share: float) -> None:
    met = sum(in_canary(actor, release, share) for actor in ACTORS)
    # Five standard deviations of a fair draw at the most.
    assert abs(met / len(ACTORS) - share) < 0.04


@given(st.sampled_from(ACTORS), TEXTS, SHARES, SHARES)
def test_who_meets_a_release_still_meets_it_when_the_share_grows(
    actor: str, release: str, one: float, other: float
) -> None:
    small, large = sorted((one, other))
    assert in_canary(actor, release, small) <= in_canary(actor, release, large)


@given(st.sampled_from(ACTORS), TEXTS)
def test_no_share_is_nobody_and_the_whole_is_everybody(actor: str, release: str) -> None:
    assert not in_canary(actor, release, 0.0)
    assert in_canary(actor, release, 1.0)


def test_other_people_meet_the_next_release() -> None:
    both = sum(in_canary(actor, "one", 0.5) and in_canary(actor, "other", 0.5) for actor in ACTORS)
    assert both / len(ACTORS) == pytest.approx(0.25, abs=0.04)
