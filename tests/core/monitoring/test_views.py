from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.access.model import Actor, Role
from core.database import Database
from core.errors import ForbiddenError, InputError, NotFoundError
from core.monitoring.views import LONGEST_NAME, LONGEST_QUERY, MOST_OWN, SavedViews
from tests.house import MovableClock, person

PAULA, PETER = person("Paula", Role.PRODUCT), person("Peter", Role.PRODUCT)
WEEK = {"range": ["7d"], "topic": ["a", "b"]}


@pytest.fixture
def views(database: Database, clock: MovableClock) -> SavedViews:
    return SavedViews(database, clock)


def names(views: SavedViews, actor: Actor = PAULA) -> list[tuple[str, str]]:
    return [(view.name, view.owner) for view in views.listing(actor)]


def test_a_view_is_found_again_as_it_was(views: SavedViews) -> None:
    views.save(PAULA, "  The   week ", WEEK)
    (found,) = views.listing(PAULA)
    assert (found.name, dict(found.query)) == ("The week", {"range": ("7d",), "topic": ("a", "b")})
    assert not found.shared


def test_the_same_name_is_kept_once_with_what_was_said_last(views: SavedViews) -> None:
    first = views.save(PAULA, "week", WEEK)
    again = views.save(PAULA, "week", {"range": ["24h"]}, shared=True)
    assert again.id == first.id
    (found,) = views.listing(PAULA)
    assert (dict(found.query), found.shared) == ({"range": ("24h",)}, True)


def test_own_views_come_first_and_only_shared_ones_of_others(views: SavedViews) -> None:
    views.save(PETER, "a shared", WEEK, shared=True)
    views.save(PETER, "b private", WEEK)
    views.save(PAULA, "Z mine", WEEK)
    views.save(PAULA, "c mine", WEEK, shared=True)
    assert names(views) == [("c mine", ""), ("Z mine", ""), ("a shared", "Peter")]


def test_another_tenant_sees_nothing(views: SavedViews) -> None:
    shared = views.save(PAULA, "week", WEEK, shared=True)
    stranger = person("Sam", Role.ADMIN, tenant="other")
    assert names(views, stranger) == []
    with pytest.raises(NotFoundError):
        views.delete(stranger, shared.id)


def test_only_the_owner_deletes_and_an_admin_what_is_shared(views: SavedViews) -> None:
    private, shared = views.save(PAULA, "private", WEEK), views.save(PAULA, "shared", WEEK, shared=True)
    admin = person("Ada", Role.ADMIN)
    for actor, view in ((PETER, private), (PETER, shared), (admin, private)):
        with pytest.raises(NotFoundError):
            views.delete(actor, view.id)
    views.delete(admin, shared.id)
    views.delete(PAULA, private.id)
    assert names(views) == []
    with pytest.raises(NotFoundError):
        views.delete(PAULA, private.id)


def test_trainers_may_not(views: SavedViews) -> None:
    trainer = person()
    for attempt in (views.listing, lambda who: views.save(who, "x", WEEK), lambda who: views.delete(who, "x")):
        with pytest.raises(ForbiddenError):
            attempt(trainer)


@pytest.mark.parametrize("name", ["", "  \n ", "x" * (LONGEST_NAME + 1)])
def test_a_name_must_be_fit(views: SavedViews, name: str) -> None:
    with pytest.raises(InputError):
        views.save(PAULA, name, WEEK)


def test_a_view_has_bounds(views: SavedViews) -> None:
    with pytest.raises(InputError, match="too many filters"):
        views.save(PAULA, "big", {"topic": ["x" * LONGEST_QUERY]})
    for number in range(MOST_OWN):
        views.save(PAULA, f"view {number}", WEEK)
    with pytest.raises(InputError, match="delete one first"):
        views.save(PAULA, "one more", WEEK)
    views.save(PAULA, "view 0", {"range": ["24h"]})
    assert len(views.listing(PAULA)) == MOST_OWN


def test_two_tabs_that_save_the_same_name_at_once_make_one_view(views: SavedViews) -> None:
    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(lambda number: views.save(PAULA, "week", {"range": [str(number)]}), range(8)))
    assert len({view.id for view in saved}) == 1
    assert len(views.listing(PAULA)) == 1
