from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.access.model import Role, actor_id, require, system
from core.errors import ForbiddenError
from tests.house import person

TENANTS = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)


@pytest.mark.parametrize(("held", "needed"), list(product(Role, Role)))
def test_a_role_may_do_what_it_and_the_roles_below_it_may(held: Role, needed: Role) -> None:
    rising = [Role.TRAINER, Role.PRODUCT, Role.ADMIN]
    if rising.index(held) >= rising.index(needed):
        require(person(role=held), needed)
    else:
        with pytest.raises(ForbiddenError, match=f"needs the role {needed.title}; you are signed in as {held.title}"):
            require(person(role=held), needed)


@given(TENANTS, st.text(min_size=1, max_size=60))
def test_an_id_is_the_same_however_the_person_writes_the_name(tenant: str, name: str) -> None:
    identity = actor_id(tenant, name)
    assert identity == actor_id(tenant, f"  {name.casefold()} ")
    assert len(identity) == 32
    assert int(identity, 16) >= 0


@given(TENANTS, TENANTS, st.text(max_size=20), st.text(max_size=20))
def test_ids_of_different_people_or_tenants_differ(tenant: str, other: str, name: str, another: str) -> None:
    same_person = name.strip().casefold() == another.strip().casefold()
    assert (actor_id(tenant, name) == actor_id(other, another)) == (tenant == other and same_person)


def test_an_id_is_the_same_on_every_start() -> None:
    # Conversations and votes hang on it: another value would orphan them all.
    assert actor_id("default", "Ana") == "6304dac0b324fe4d74181a24eefd1bd3"


def test_the_system_may_do_everything_in_its_tenant() -> None:
    actor = system("gym")
    require(actor, Role.ADMIN)
    assert actor.tenant == "gym"
