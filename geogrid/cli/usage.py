"""Click's own words in the language of the command line: help pages and usage errors."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from typing import Final

import click

from geogrid.i18n import retold, translator

Translate = Callable[[str], str]
# What click says, with fields for its values: it has no catalogue to hand it a translation.
CLICK_SAYS: Final = (
    "Missing argument {name}.",
    "Missing option {name}.",
    "No such option {name}.",
    "No such option {name}. Did you mean {other}?",
    "No such option {name}. (Did you mean one of: {other}?)",
    "No such command {name}.",
    "No such command {name}. Did you mean {other}?",
    "No such command {name}. (Did you mean one of: {other}?)",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument ({words})",
    "Got unexpected extra arguments ({words})",
    "Invalid value for {name}: {reason}",
    "{value} is not a valid float.",
    "{value} is not a valid integer.",
    "{value} is not one of {choices}.",
    "{value} is not in the range {range}.",
    "Directory {name} is a file.",
    "File {name} is a directory.",
    "Show this message and exit.",
    "Show the version and exit.",
)


def translator_of(ctx: click.Context) -> Translate:
    """Return the translator of a command line.

    Parameters
    ----------
    ctx
        Of any of its commands.

    Returns
    -------
    Callable
        From an English template to one in the language.
    """
    speech = ctx.find_root().obj
    return translator("en" if speech is None else speech.language)


def usage_message(error: click.ClickException, translate: Translate) -> str:
    """Return what click has against a command line, and where to read how it goes.

    Parameters
    ----------
    error
        What click raised.
    translate
        From an English template to one in the language.

    Returns
    -------
    str
        Two lines.
    """
    message = retold(error.format_message(), CLICK_SAYS, translate)
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = "geogrid" if context is None else context.command_path
    return f"{message}\n{translate('Help: {command} --help').format(command=command)}"


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a command's description, each on one line.

    Parameters
    ----------
    text
        Its docstring.

    Returns
    -------
    list of str
        English templates.
    """
    parts = inspect.cleandoc(text or "").split("\n\n")
    return [" ".join(part.split()) for part in parts if part]


def _write_usage(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    translate = translator_of(ctx)
    pieces = {
        "[OPTIONS]": translate("[OPTIONS]"),
        "COMMAND [ARGS]...": translate("COMMAND [ARGS]..."),
    }
    shown = [pieces.get(piece, piece) for piece in ctx.command.collect_usage_pieces(ctx)]
    formatter.write_usage(ctx.command_path, " ".join(shown), prefix=f"{translate('Usage:')} ")


def _write_text(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    for paragraph in paragraphs(ctx.command.help):
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(translator_of(ctx)(paragraph))


def _write_options(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    translate = translator_of(ctx)
    rows = [
        (record[0], translate(record[1]))
        for record in (parameter.get_help_record(ctx) for parameter in ctx.command.get_params(ctx))
        if record is not None and record[0].startswith("-")
    ]
    with formatter.section(translate("Options")):
        formatter.write_dl(rows)


class SpokenOption(click.Option):
    """An option whose help is shown in the language of the command line."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the names and the translated help of the option."""
        translate = translator_of(ctx)
        spoken = copy.copy(self)
        spoken.help = translate(self.help) if self.help else self.help
        record = super(SpokenOption, spoken).get_help_record(ctx)
        if record is None:
            return None
        about = re.sub(r"\[default: (.+)\]$", rf"[{translate('default')}: \1]", record[1])
        return record[0], re.sub(r"\brequired\]$", f"{translate('required')}]", about)


class SpokenCommand(click.Command):
    """A command whose help is shown in the language of the command line."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the command is typed."""
        _write_usage(ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the translated help."""
        _write_text(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options with their translated help."""
        _write_options(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example as it is to be typed."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write(f"{translator_of(ctx)('Example')}:\n  {self.epilog}\n")


class SpokenGroup(click.Group):
    """A group whose list of commands is shown in the language of the command line."""

    command_class = SpokenCommand
    sections: dict[str, tuple[str, ...]]  # title in English -> names of commands

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the program is called."""
        _write_usage(ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the translated help."""
        _write_text(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        _write_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by what they are for, with the first line of their help."""
        translate = translator_of(ctx)
        for title, names in self.sections.items():
            rows = [(name, translate(paragraphs(self.commands[name].help)[0])) for name in names]
            with formatter.section(translate(title)):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how to begin."""
        if self.epilog:
            formatter.write_paragraph()
            formatter.write(f"{translator_of(ctx)('To begin')}:\n  {self.epilog}\n")
