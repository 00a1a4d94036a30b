from __future__ import annotations

import pytest

from core.access.model import Role
from core.settings import Settings
from pages.components.session import oidc_actor

SETTINGS = Settings(sign_in="oidc", admins=("boss@example.org",), product_managers=("pm@example.org",), _env_file=None)


def claims(email: object, **others: object) -> dict[str, object]:
    return {"is_logged_in": True, "email": email, "name": "Somebody"} | others


@pytest.mark.parametrize(
    ("email", "role"),
    [("boss@example.org", Role.ADMIN), ("PM@Example.org", Role.PRODUCT), ("anybody@example.org", Role.TRAINER)],
)
def test_the_lists_of_addresses_give_the_role(email: str, role: Role) -> None:
    actor = oidc_actor(SETTINGS, claims(email))
    assert actor is not None
    assert actor.role is role


@pytest.mark.parametrize(
    "given", [{}, claims(""), claims(None), claims("boss@example.org", is_logged_in=False),
              claims("boss@example.org", email_verified=False)],
)  # fmt: skip
def test_without_a_verified_address_nobody_is_signed_in(given: dict[str, object]) -> None:
    assert oidc_actor(SETTINGS, given) is None


def test_one_person_is_one_actor_however_the_address_is_written() -> None:
    one, other = oidc_actor(SETTINGS, claims("A@example.org")), oidc_actor(SETTINGS, claims(" a@EXAMPLE.org "))
    assert one is not None
    assert other is not None
    assert one.id == other.id
