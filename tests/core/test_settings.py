from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.errors import SettingsError
from core.setting_sources import env_name, load_settings, masked
from core.settings import LOOPBACK, ROOT, Settings

NAMES = [env_name(field) for field in Settings.model_fields]
SECRETS = [env_name(name) for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
HIDDEN = "sk-3fd2c0ffee-never-to-be-shown-to-anybody"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("COACH_") or name.upper() in NAMES:
            monkeypatch.delenv(name)


def read(folder: Path, *lines: str) -> Settings:
    """Read the settings with these lines in `.env`."""
    (folder / ".env").write_text("\n".join(lines), encoding="utf-8")
    return load_settings(folder / ".env")


def refusal(folder: Path, *lines: str) -> str:
    """Return the sentence that refuses these lines."""
    with pytest.raises(SettingsError) as caught:
        read(folder, *lines)
    return str(caught.value)


@pytest.mark.parametrize("file", [None, Path("/nowhere/.env")], ids=["no file named", "no file there"])
def test_nothing_needs_to_be_set(file: Path | None) -> None:
    settings = load_settings(file)
    assert (settings.chat, settings.embedder, settings.vector_store) == ("embedded", "embedded", "embedded")
    assert settings.host in LOOPBACK


def test_a_line_of_the_file_is_read(tmp_path: Path) -> None:
    settings = read(tmp_path, "COACH_TENANT=acme", "PORT=8600", "COACH_PHRASING=false")
    assert (settings.tenant, settings.port, settings.phrasing) == ("acme", 8600, False)


@pytest.mark.parametrize(("said", "kept"), [("9000", 9000), ("", 8600)], ids=["it wins", "empty says nothing"])
def test_the_environment_stands_above_the_file(
    said: str, kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", said)
    assert read(tmp_path, "PORT=8600").port == kept


def test_the_mark_of_a_windows_editor_hides_no_setting(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeffCOACH_TENANT=acme").tenant == "acme"


def test_a_name_may_be_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("coach_tenant", "acme")
    assert load_settings(None).tenant == "acme"


def test_names_of_other_programs_mean_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "TENANT", "ADMINS", "LOG_LEVEL", "CHAT"):
        monkeypatch.setenv(name, "0.0.0.0")
    assert read(tmp_path, "CACHE=off", "DATA_DIR=/elsewhere") == load_settings(None)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("COACH_RELEVANCE_TRESHOLD", "did you mean COACH_RELEVANCE_THRESHOLD?"),
        ("coach_tenent", "did you mean COACH_TENANT?"),
        ("COACH_PORT", "did you mean PORT?"),
        ("COACH_DATABASE_URL", "did you mean DATABASE_URL?"),
        ("COACH_THE_QUICK_BROWN_FOX_JUMPS", "docs/settings.md lists them all"),
    ],
)
@pytest.mark.parametrize("place", ["file", "environment"])
def test_a_misspelt_name_is_refused_with_the_one_meant(
    name: str, hint: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "environment":
        monkeypatch.setenv(name, "1")
    said = refusal(tmp_path, f"{name}=1" if place == "file" else "")
    assert name in said
    assert f"is not a setting; {hint}" in said


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["COACH_TENANT=A B"], "COACH_TENANT: String should match pattern"),
        (["COACH_LOCALE=english"], "COACH_LOCALE: String should match pattern"),
        (["PORT=0"], "PORT: Input should be greater than or equal to 1."),
        (["PORT=65536"], "PORT: Input should be less than or equal to 65535."),
        (["PORT=http"], "PORT: Input should be a valid integer"),
        (["COACH_PHRASING=perhaps"], "COACH_PHRASING: Input should be a valid boolean"),
        (["COACH_CHAT=opneai"], "COACH_CHAT: Input should be 'embedded' or 'openai'."),
        (["COACH_COOKIE_SECRET=short"], "COACH_COOKIE_SECRET: Value should have at least 32"),
        (["COACH_CACHE_DAYS=inf"], "COACH_CACHE_DAYS: Input should be less than or equal to 36500"),
        (["COACH_CIRCUIT_SECONDS=inf"], "COACH_CIRCUIT_SECONDS: Input should be less than or equal to 86400"),
        (["COACH_CACHE_ERROR_BUDGET=nan"], "COACH_CACHE_ERROR_BUDGET: Input should be"),
        (["COACH_PRICES={bad"], "COACH_PRICES cannot be read; write it as JSON, as docs/settings.md shows."),
        (["COACH_PRICES=[1]"], "COACH_PRICES: Input should be a valid dictionary"),
        (['COACH_PRICES={"m": {"input": -1}}'], "COACH_PRICES: Input should be greater than or equal to 0"),
        (['COACH_PRICES={"m": {"input": 1, "ouput": 2}}'], "COACH_PRICES: Extra inputs are not permitted"),
        (["COACH_CHAT=openai"], "OPENAI_API_KEY is missing; set it, or set COACH_CHAT and COACH_EMBEDDER"),
        (["COACH_EMBEDDER=openai"], "OPENAI_API_KEY is missing"),
        (["COACH_CHAT=openai", "OPENAI_API_KEY=k"], "COACH_CHAT_MODEL is missing; set the name of a chat model"),
        (["COACH_VECTOR_STORE=pinecone", "PINECONE_API_KEY=k"], "PINECONE_API_KEY or PINECONE_INDEX_HOST is missing"),
        (["COACH_VECTOR_STORE=pinecone", "PINECONE_INDEX_HOST=h"], "set both, or set COACH_VECTOR_STORE=embedded"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused_in_a_sentence(lines: list[str], sentence: str, tmp_path: Path) -> None:
    assert sentence in refusal(tmp_path, *lines)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, "PORT=0", "COACH_RETRIES=99", "COACH_LOG_LEVEL=LOUD")
    assert [name in said for name in ("PORT", "COACH_RETRIES", "COACH_LOG_LEVEL")] == [True] * 3
    assert said.count("; ") == 2


@pytest.mark.parametrize(
    "lines",
    [
        ["COACH_CHAT=openai", "COACH_CHAT_MODEL=m", "OPENAI_BASE_URL=http://localhost:11434/v1"],
        ["COACH_EMBEDDER=openai", "OPENAI_API_KEY=k"],
        ["COACH_VECTOR_STORE=pinecone", "PINECONE_API_KEY=k", "PINECONE_INDEX_HOST=h"],
        ["COACH_VECTOR_STORE=faiss"],
    ],
)
def test_a_complete_outside_part_is_accepted(lines: list[str], tmp_path: Path) -> None:
    assert read(tmp_path, *lines) != load_settings(None)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("COACH_PRODUCT_NAME=Café".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"cannot be read .* save it as UTF-8 text"):
        load_settings(tmp_path / ".env")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "coach.example.com", "127.0.0.1.example.com"])
def test_local_sign_in_is_never_reachable_from_outside(host: str, tmp_path: Path) -> None:
    assert f"COACH_HOST={host} is reachable from outside" in refusal(tmp_path, f"COACH_HOST={host}")
    assert read(tmp_path, f"COACH_HOST={host}", "COACH_SIGN_IN=oidc").host == host


@pytest.mark.parametrize("host", sorted(LOOPBACK))
def test_local_sign_in_may_listen_on_the_own_computer(host: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"COACH_HOST={host}").sign_in == "local"


def test_lists_are_split_at_commas_and_trimmed(tmp_path: Path) -> None:
    settings = read(tmp_path, "COACH_ADMINS= ana@example.com , ben@example.com,,")
    assert settings.admins == ("ana@example.com", "ben@example.com")


def test_relative_folders_start_at_the_repository(tmp_path: Path) -> None:
    settings = read(tmp_path, "COACH_KNOWLEDGE_DIRS=data/knowledge, /srv/more", "COACH_DATA_DIR=here")
    assert settings.knowledge_dirs == (ROOT / "data/knowledge", Path("/srv/more"))
    assert settings.database == f"sqlite:///{ROOT}/here/coach.db"


def test_the_address_of_a_database_stands_above_the_data_folder(tmp_path: Path) -> None:
    url = "postgresql://coach:word@db/coach"
    assert read(tmp_path, f"DATABASE_URL={url}", "COACH_DATA_DIR=here").database == url


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_shown_by_settings_in_force(name: str, tmp_path: Path) -> None:
    settings = read(tmp_path, f"{name}={HIDDEN}")
    assert HIDDEN not in f"{settings!r} {settings} {masked(settings)} {settings.model_dump()}"
    assert masked(settings)[name] == "**********"


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_shown_by_a_refusal_nor_its_traceback(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, f"{name}={HIDDEN}", "PORT=0", "COACH_CHAT=openai")
    assert HIDDEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("line", [f"COACH_COOKIE_SECRET={HIDDEN[:12]}", f'COACH_PRICES={{"{HIDDEN}'])
def test_what_was_written_is_not_repeated_when_it_is_refused(line: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, line)
    assert HIDDEN[:12] not in "".join(traceback.format_exception(caught.value))


def test_a_login_in_an_address_is_masked(tmp_path: Path) -> None:
    shown = masked(read(tmp_path, f"OPENAI_BASE_URL=https://me:{HIDDEN}@llm.example.com/v1"))
    assert shown["OPENAI_BASE_URL"] == "https://**********@llm.example.com/v1"


def test_each_setting_is_shown_once_with_its_value(tmp_path: Path) -> None:
    shown = masked(read(tmp_path, "COACH_ADMINS=ana@example.com,ben@example.com", "COACH_RETRIES=4"))
    assert sorted(shown) == sorted(NAMES)
    assert (shown["COACH_ADMINS"], shown["COACH_RETRIES"]) == ("ana@example.com, ben@example.com", "4")
    assert (shown["OPENAI_API_KEY"], shown["COACH_PRICES"]) == ("", "")


def test_settings_in_force_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings(None).port = 80
