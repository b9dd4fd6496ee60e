"""The program: its group of commands, its languages and its exit codes."""

from __future__ import annotations

import logging
import os
import sys
from typing import Final

import click

from geogrid.cli import analyses, sharing, workspaces
from geogrid.cli.speech import Speech, SpokenGroup, set_up_logging, wanted_language
from geogrid.errors import GeogridError

logger = logging.getLogger(__name__)
EXIT_REFUSED: Final = 2
EXIT_FAULT: Final = 1
EXIT_INTERRUPTED: Final = 130


@click.group(cls=SpokenGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="geogrid")
@click.option("--lang", expose_value=False, metavar="en|zh", help="Language of messages.")
def program() -> None:
    """Patrol grids over a city's districts: coverage, gaps, hotspots, cameras, on a map."""


for command in (*workspaces.COMMANDS, *analyses.COMMANDS, *sharing.COMMANDS):
    program.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and end the process with its exit code.

    Parameters
    ----------
    arguments
        The words after the program's name; those of the process if ``None``.

    Raises
    ------
    SystemExit
        Always: 0 done, 2 bad usage or refused input, 1 our own fault.
    """
    words = sys.argv[1:] if arguments is None else arguments
    speech = Speech(wanted_language(words), "--json" in words)
    set_up_logging(verbose="--verbose" in words or "-v" in words)
    try:
        with program.make_context("geogrid", list(words)) as context:
            context.meta["geogrid.language"] = speech.language
            context.obj = speech
            program.invoke(context)
    except GeogridError as error:
        speech.refuse(error)
        sys.exit(EXIT_REFUSED)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_REFUSED)
    except (click.Abort, KeyboardInterrupt):
        click.echo(speech.translate("Stopped; nothing half stored."), err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAULT)
    except Exception:
        logger.exception("internal error")
        click.echo(
            speech.translate(
                "This is a fault of the program; nothing half stored. Please report it."
            ),
            err=True,
        )
        sys.exit(EXIT_FAULT)
    sys.exit(0)
