"""What an operator does at the command line: ``python -m scheduler.commands NAME``; one service call each.

It works on the database that the settings name, beside a server that runs or without one.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from core.bootstrap import Services, build_services
from core.errors import CoachError
from core.logs import configure_logs
from core.setting_sources import load_settings
from scheduler import drift_commands as drift
from scheduler import privacy_commands as people


def _none(_parser: ArgumentParser) -> None:
    """Take no arguments."""


@dataclass(frozen=True, slots=True)
class Command:
    """A name, what it does in a sentence, and the call; what `run` returns is printed.

    Parameters
    ----------
    run : callable
        Gets the services, on a migrated database but not started, and the arguments.
    arguments : callable
        Adds the command's own arguments to its parser.
    """

    name: str
    says: str
    run: Callable[[Services, Namespace], str]
    arguments: Callable[[ArgumentParser], object] = _none


COMMANDS: tuple[Command, ...] = (
    Command("drift", "Analyse what is due, replay a past range, or write a report.", drift.run, drift.arguments),
    Command("export", "Write everything about a person into a JSON file.", people.export, people.whom_and_where),
    Command("erase", "Erase a person with all that came from their turns.", people.erase, people.whom),
    Command("retention", "Drop raw text that is older than COACH_TEXT_DAYS.", people.retention),
)


def parser_of(commands: Sequence[Command]) -> ArgumentParser:
    """Return the parser of all commands."""
    parser = ArgumentParser("python -m scheduler.commands", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for command in commands:
        own = names.add_parser(command.name, help=command.says, description=command.says)
        command.arguments(own)
        own.set_defaults(run=command.run)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 with a sentence that says what is wrong."""
    arguments = parser_of(COMMANDS).parse_args(words)
    try:
        settings = load_settings()
        configure_logs(settings.log_level)
        with closing(build_services(settings)) as services:
            services.database.migrate()
            said = arguments.run(services, arguments)
    except CoachError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
