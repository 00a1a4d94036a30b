from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from core.access.model import Role, actor_id
from core.access.tokens import LocalSessions, kept_secret
from core.errors import InputError

SECRET = "a secret of at least thirty-two characters"
SESSIONS = LocalSessions("default", SECRET)
DAY = 24 * 3600
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


def signed(payload: object, *, age_s: int = 0, secret: str = SECRET) -> str:
    """Sign as the app does, some time ago."""

    class Earlier(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - age_s

    token = URLSafeTimedSerializer(secret, salt="local-session", signer=Earlier).dumps(payload)
    assert isinstance(token, str)
    return token


@given(NAMES, st.sampled_from(Role))
def test_a_token_is_whom_it_was_issued_to(name: str, role: Role) -> None:
    actor = SESSIONS.actor(SESSIONS.issue(name, role))
    assert actor is not None
    assert (actor.name, actor.role, actor.tenant) == (name, role, "default")
    assert actor.id == actor_id("default", name)


def test_spaces_around_and_between_the_words_of_a_name_do_not_count() -> None:
    actor = SESSIONS.actor(SESSIONS.issue("  Ana \n  Lima\t", Role.TRAINER))
    assert actor is not None
    assert actor.name == "Ana Lima"


@pytest.mark.parametrize("name", ["", "   ", "a" * 41, "Ana\x00", "Ana\u202eanA", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="name of 1 to 40 characters"):
        SESSIONS.issue(name, Role.TRAINER)


@pytest.mark.parametrize("token", [None, "", ".", "a.b.c", "é", "WyJBbmEiLDNd"])
def test_without_a_token_nobody_is_signed_in(token: str | None) -> None:
    assert SESSIONS.actor(token) is None


@given(st.text())
def test_no_text_is_a_token(token: str) -> None:
    assert SESSIONS.actor(token) is None


@given(st.data())
def test_no_change_of_a_token_makes_it_somebody_elses(data: st.DataObject) -> None:
    token = SESSIONS.issue("Ana", Role.TRAINER)
    place = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="))
    assume(sign != token[place])
    changed = SESSIONS.actor(token[:place] + sign + token[place + 1 :])
    # The last sign of a base64 text holds bits that mean nothing.
    assert changed is None or (place == len(token) - 1 and changed == SESSIONS.actor(token))


def test_another_role_beside_the_signature_of_a_trainer_is_refused() -> None:
    payload, rest = SESSIONS.issue("Ana", Role.TRAINER).split(".", 1)
    admin = SESSIONS.issue("Ana", Role.ADMIN).split(".", 1)[0]
    assert admin != payload
    assert SESSIONS.actor(f"{admin}.{rest}") is None


def test_a_token_of_another_secret_is_refused() -> None:
    assert SESSIONS.actor(signed(["Ana", 3], secret="another secret of more than 32 characters")) is None


def test_a_signature_made_for_another_purpose_is_refused() -> None:
    token = URLSafeTimedSerializer(SECRET, salt="password-reset").dumps(["Ana", 3])
    assert SESSIONS.actor(str(token)) is None


@pytest.mark.parametrize(("age_s", "signed_in"), [(0, True), (29 * DAY, True), (30 * DAY + 60, False)])
def test_a_token_is_good_for_thirty_days(age_s: int, signed_in: bool) -> None:
    assert (SESSIONS.actor(signed(["Ana", 1], age_s=age_s)) is not None) is signed_in


@pytest.mark.parametrize("payload", [["Ana", 9], ["Ana", "admin"], ["Ana"], "Ana", 7, None, {"a": 1, "b": 2}])
def test_a_signed_token_of_another_form_is_refused(payload: object) -> None:
    assert SESSIONS.actor(signed(payload)) is None


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "cookie_secret"
    made = kept_secret(path)
    assert len(made) >= 32
    assert kept_secret(path) == made
    assert [one.name for one in path.parent.iterdir()] == ["cookie_secret"]


def test_no_two_secrets_are_alike(tmp_path: Path) -> None:
    assert kept_secret(tmp_path / "one") != kept_secret(tmp_path / "other")


def test_only_the_owner_can_read_the_secret(tmp_path: Path) -> None:
    kept_secret(tmp_path / "cookie_secret")
    assert (tmp_path / "cookie_secret").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_there_is_used_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cookie_secret"
    path.write_text(f"{SECRET}\n")
    assert kept_secret(path) == SECRET


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    # What a full disk or a crash leaves behind; whoever guesses the empty secret would be admin.
    path = tmp_path / "cookie_secret"
    path.touch(mode=0o600)
    assert len(kept_secret(path)) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
