"""Commands about people: what is kept of one, that it is erased, and text that is past its time."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

from core.access.model import actor_id, system
from core.bootstrap import Services
from core.errors import InputError


def whom(parser: ArgumentParser) -> None:
    """Ask for a person."""
    parser.add_argument("person", help="e-mail address or local name, or the 32 digits of the actor's id")


def whom_and_where(parser: ArgumentParser) -> None:
    """Ask for a person and a file."""
    whom(parser)
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="JSON file to write; must not exist")


def export(services: Services, arguments: Namespace) -> str:
    """Write everything about a person into a file that only the operator may read."""
    found = services.privacy.export(system(services.settings.tenant), _subject(services, arguments.person))
    try:
        arguments.to.touch(mode=0o600, exist_ok=False)
        arguments.to.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{arguments.to} cannot be written ({error.strerror}); name another file.") from error
    rows = sum(len(rows) for rows in found["rows"].values())
    return f"{rows:,} rows about this person are in {arguments.to}."


def erase(services: Services, arguments: Namespace) -> str:
    """Erase a person and say what went."""
    erased = services.privacy.erase(system(services.settings.tenant), _subject(services, arguments.person))
    went = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in erased.rows.items() if count)
    return f"Erased ({erased.reference} in the audit trail): {went or 'nothing was kept of this person'}."


def retention(services: Services, _arguments: Namespace) -> str:
    """Drop text that is past its time."""
    dropped = services.privacy.drop_old_text()
    return f"{dropped:,} rows lost text that was older than {services.privacy.text_days} days."


def _subject(services: Services, person: str) -> str:
    return person if re.fullmatch("[0-9a-f]{32}", person) else actor_id(services.settings.tenant, person)
