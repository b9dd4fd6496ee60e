"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from geogrid.cli.usage import SpokenOption
from geogrid.i18n import LANGUAGES

if TYPE_CHECKING:
    from geogrid.workspace import Engine, Questions, Window

Function = TypeVar("Function", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:
    """Return a decorator for an option with a translated help.

    Parameters
    ----------
    *names
        As for `click.option`.
    **settings
        As for `click.option`.

    Returns
    -------
    Callable
        The decorator.
    """
    return click.option(*names, cls=SpokenOption, **settings)


language_option = option(
    "--lang",
    type=click.Choice(LANGUAGES),
    expose_value=False,
    help="Language of messages; from LANG by default.",
)


def _with(function: Function, added: Sequence[Callable[..., Any]]) -> Function:
    """Return a command with options, shown in the order of the list."""
    for add in reversed(added):
        function = add(function)
    return function


def common(function: Function) -> Function:
    """Add the options that every command has: ``--json``, ``--lang``, ``--verbose``.

    Parameters
    ----------
    function
        The command.

    Returns
    -------
    Callable
        The same, with the options; their values are read by the program, not by the command.
    """
    added = [
        option(
            "--json",
            "as_json",
            is_flag=True,
            expose_value=False,
            help="Print one JSON object on standard output.",
        ),
        language_option,
        option(
            "-v",
            "--verbose",
            is_flag=True,
            expose_value=False,
            help="Log what each stage does, on standard error.",
        ),
    ]
    return _with(function, added)


def windowed(function: Function) -> Function:
    """Add the options of a window of time.

    Parameters
    ----------
    function
        The command; it gets ``first``, ``last``, ``hours`` and ``weekdays``.

    Returns
    -------
    Callable
        The same, with the options.
    """
    added = [
        option("--from", "first", metavar="YYYY-MM-DD", help="First local day."),
        option("--to", "last", metavar="YYYY-MM-DD", help="Last local day, included."),
        option("--hours", metavar="HH-HH", help="Hours of the day, such as 22-06."),
        option("--weekdays", metavar="mon,tue,...", help="Days of the week."),
    ]
    return _with(function, added)


def window_of(settings: dict[str, Any]) -> Window:
    """Take the window out of a command's settings.

    Parameters
    ----------
    settings
        What click gives; the options of `windowed` are removed from it.

    Returns
    -------
    Window
        The window.

    Raises
    ------
    InputError
        A text cannot be read.
    """
    from geogrid.model.window import Window

    names = ("first", "last", "hours", "weekdays")
    return Window.parse(**{name: settings.pop(name) for name in names})


def seen_by_cameras(function: Function) -> Function:
    """Add the options that say how cameras see, and what to assume where the register is silent.

    Parameters
    ----------
    function
        The command; it gets ``default_range``, ``default_angle``, ``purpose``, ``plain_views`` and
        ``views``.

    Returns
    -------
    Callable
        The same, with the options.
    """
    added = [
        option("--default-range", type=float, help="Range of cameras that state none, metres."),
        option(
            "--default-angle", type=float, help="View angle of cameras that state none, degrees."
        ),
        option(
            "--purpose",
            metavar="overview|recognise|plate",
            help="The task that ranges are for; by default each camera's own.",
        ),
        option(
            "--plain-views", is_flag=True, help="Leave buildings out: nothing hides the ground."
        ),
        option(
            "--views",
            default="auto",
            show_default=True,
            metavar="auto|sweep|rays",
            help="How views between buildings are found: exactly, or by four rays a degree.",
        ),
    ]
    return _with(function, added)


def questions_of(settings: dict[str, Any]) -> Questions:
    """Take the assumptions about cameras out of a command's settings.

    Parameters
    ----------
    settings
        What click gives; the options of `seen_by_cameras` are removed from it.

    Returns
    -------
    Questions
        What layers are asked with.

    Raises
    ------
    InputError
        A value is out of its range.
    """
    from geogrid.workspace import CameraParams, Questions

    params = CameraParams(
        settings.pop("default_range"),
        settings.pop("default_angle"),
        purpose=settings.pop("purpose"),
        plain=settings.pop("plain_views"),
        method=settings.pop("views"),
    )
    return Questions(cameras=params)


def on_engine(function: Function) -> Function:
    """Add the options that say where the work is done.

    Parameters
    ----------
    function
        The command; it gets ``engine``, ``scheduler`` and ``workers``.

    Returns
    -------
    Callable
        The same, with the options.
    """
    added = [
        option(
            "--engine",
            default="threads",
            show_default=True,
            metavar="threads|dask",
            help="Where the work is done.",
        ),
        option(
            "--scheduler",
            metavar="ADDRESS",
            help="A running Dask scheduler, such as tcp://10.0.0.5:8786.",
        ),
        option(
            "--workers",
            type=int,
            metavar="N",
            help="Threads, or Dask processes on this machine; by default one per processor, or 2.",
        ),
    ]
    return _with(function, added)


def engine_of(settings: dict[str, Any]) -> Engine:
    """Take the engine out of a command's settings.

    Parameters
    ----------
    settings
        What click gives; the options of `on_engine` are removed from it.

    Returns
    -------
    Engine
        The engine.

    Raises
    ------
    InputError
        There is no such engine, its package is missing, or the options do not fit together.
    """
    from geogrid.workspace import engine_named

    name, scheduler, workers = (settings.pop(key) for key in ("engine", "scheduler", "workers"))
    return engine_named(name, scheduler=scheduler, workers=workers)
