"""The program: its group of commands, its languages and its exit codes."""

from __future__ import annotations

import logging
import os
import sys
from typing import Final

import click

from geogrid.cli import (
    analyses,
    camera_reports,
    care,
    cordons,
    district_tables,
    dosage,
    evaluating,
    forecasting,
    merging,
    profiles,
    quality,
    reaching,
    removing,
    retaining,
    roads,
    scenarios,
    sharing,
    siting,
    spots,
    templates,
    touring,
    workspaces,
)
from geogrid.cli.options import language_option
from geogrid.cli.speech import Speech, set_up_logging, wanted_language
from geogrid.cli.usage import SpokenGroup, SpokenOption, usage_message
from geogrid.errors import GeogridError
from geogrid.scale.memory import keep_freed_memory

logger = logging.getLogger(__name__)
EXIT_REFUSED: Final = 2
EXIT_FAULT: Final = 1
EXIT_INTERRUPTED: Final = 130  # 128 + SIGINT, what shells expect
SECTIONS: Final = {
    "Make a workspace": workspaces.MAKING,
    "Bring data in": (
        *workspaces.IMPORTING,
        *profiles.COMMANDS,
        *templates.COMMANDS,
        *merging.COMMANDS,
    ),
    "Ask": (
        *analyses.COMMANDS,
        *camera_reports.COMMANDS,
        *spots.COMMANDS,
        *forecasting.COMMANDS,
        *quality.COMMANDS,
        *reaching.COMMANDS,
        *touring.COMMANDS,
        *cordons.COMMANDS,
        *dosage.COMMANDS,
        *district_tables.COMMANDS,
        *evaluating.COMMANDS,
        *roads.COMMANDS,
        *siting.COMMANDS,
        *scenarios.COMMANDS,
    ),
    "Look and take away": sharing.COMMANDS,
    "Look after a workspace": (*care.COMMANDS, *removing.COMMANDS, *retaining.COMMANDS),
}


@click.group(
    cls=SpokenGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="geogrid demo ws && geogrid serve ws",
)
@click.version_option(package_name="geogrid", cls=SpokenOption)
@language_option
def program() -> None:
    """Patrol coverage, gaps, hotspots and cameras of a city, on a grid and a map."""


for commands in SECTIONS.values():
    for command in commands:
        program.add_command(command)
program.sections = {
    title: tuple(str(command.name) for command in commands) for title, commands in SECTIONS.items()
}


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and end the process with its exit code.

    Parameters
    ----------
    arguments
        The words after the program's name; those of the process if ``None``.

    Raises
    ------
    SystemExit
        Always: 0 done, 2 bad usage or refused input, 1 our own fault, 130 stopped by Ctrl+C.
    """
    words = sys.argv[1:] if arguments is None else arguments
    speech = Speech(wanted_language(words), "--json" in words)
    set_up_logging(verbose="--verbose" in words or "-v" in words)
    keep_freed_memory()
    sys.exit(_run(list(words), speech))


def _run(words: list[str], speech: Speech) -> int:
    """Run a command line and return its exit code."""
    try:
        with program.make_context("geogrid", words, obj=speech) as context:
            program.invoke(context)
        return 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(speech.translate("Stopped; nothing half stored."), err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAULT
    except (GeogridError, click.ClickException, OSError) as error:
        _refuse(error, speech)
        return EXIT_REFUSED
    except Exception as error:
        logger.exception("internal error")
        message = speech.translate(
            "This is a fault of the program; nothing half stored. Please report it."
        )
        speech.fail(message, kind=type(error).__name__, status="fault")
        return EXIT_FAULT


def _refuse(error: GeogridError | click.ClickException | OSError, speech: Speech) -> None:
    """Say what is wrong with a command line, its input, or what the system allows."""
    if isinstance(error, GeogridError):
        speech.refuse(error)
    elif isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
    elif isinstance(error, click.ClickException):
        speech.fail(usage_message(error, speech.translate), kind=type(error).__name__)
    else:
        logger.info("refused by the system", exc_info=error)
        speech.fail(_system_message(error, speech), kind=type(error).__name__)


def _system_message(error: OSError, speech: Speech) -> str:
    """Return what the system refused: no right, no space, no such folder, a port in use."""
    return speech.translate("{file}: the system refuses this: {reason}").format(
        file=error.filename or "geogrid", reason=error.strerror or error
    )
