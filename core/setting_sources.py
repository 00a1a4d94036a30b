"""Reads the settings from the environment and `.env`, says what is wrong with them, and shows them without secrets."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import SettingsError as SourceError

from core.errors import SettingsError
from core.settings import PREFIX, ROOT, Settings

ENCODING = "utf-8-sig"
"""Of `.env`: UTF-8, with or without the mark that Windows editors put in front, which would hide the first name."""
_LOGIN = re.compile(r"(?<=//)[^/@]+(?=@)")


def env_name(field: str) -> str:
    """Return the environment variable of a setting."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def load_settings(env_file: Path | None = ROOT / ".env") -> Settings:
    """Read the settings from the environment and, below it, from `env_file`.

    Raises
    ------
    SettingsError
        One sentence that names the variable and says what it should be.
    """
    _refuse_unknown(env_file)
    try:
        return Settings(_env_file=env_file, _env_file_encoding=ENCODING)
    except (ValidationError, SourceError) as error:
        raise SettingsError(_explain(error)) from None  # the cause could show a secret


def masked(settings: Settings) -> dict[str, str]:
    """Return each setting's environment variable with its value as text; secrets, in addresses too, as asterisks."""
    shown = {}
    for field in Settings.model_fields:
        value = getattr(settings, field)
        parts = value if isinstance(value, tuple) else (value,)
        said = ", ".join(str(part) for part in parts if part is not None and part != {})
        shown[env_name(field)] = _LOGIN.sub("**********", said)
    return shown


def _refuse_unknown(env_file: Path | None) -> None:
    try:
        written = dotenv_values(env_file, encoding=ENCODING) if env_file and env_file.exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file} cannot be read ({error}); save it as UTF-8 text.") from error
    known = {env_name(field) for field in Settings.model_fields}
    for name in (*written, *os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            bare = name.upper().removeprefix(PREFIX)
            close = [bare] if bare in known else difflib.get_close_matches(name.upper(), known, 1)
            hint = f"did you mean {close[0]}?" if close else "docs/settings.md lists them all."
            raise SettingsError(f"{name} is not a setting; {hint}")


def _explain(error: ValidationError | SourceError) -> str:
    if isinstance(error, SourceError):
        field = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        return (
            f"{env_name(field) if field else 'A setting'} cannot be read; write it as JSON, as docs/settings.md shows."
        )
    sentences = []
    for problem in error.errors(include_input=False, include_url=False):
        message = problem["msg"].removeprefix("Value error, ")
        field = str(problem["loc"][0]) if problem["loc"] else ""
        name = env_name(field) if field in Settings.model_fields else field
        sentences.append(f"{name}: {message}" if name else message)
    return "; ".join(sentences) + "."
