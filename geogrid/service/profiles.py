"""The profiles of a workspace, and the one that an import asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from geogrid.errors import InputError
from geogrid.io.profiles import Profile, parse_profile, read_profile
from geogrid.service.care import require_workspace
from geogrid.store.profiles import ProfileStore

_LONGEST_NAME: Final = 60


def list_profiles(root: Path) -> dict[str, dict[str, Any]]:
    """Return the profiles of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.

    Returns
    -------
    dict
        From name to what is declared and ``map``.
    """
    require_workspace(root)
    return {
        name: parse_profile(toml, name).as_json()
        for name, toml in ProfileStore(root).every().items()
    }


def show_profile(root: Path, name: str) -> Profile:
    """Return a profile of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    name
        Its name.

    Returns
    -------
    Profile
        The profile.

    Raises
    ------
    LayerNotFoundError
        There is none of that name.
    """
    require_workspace(root)
    return parse_profile(ProfileStore(root).one(name), name)


def save_profile(root: Path, name: str, profile: Profile) -> None:
    """Keep a profile in a workspace; one of that name is replaced.

    Parameters
    ----------
    root
        The workspace's folder.
    name
        Its name.
    profile
        The profile.

    Raises
    ------
    InputError
        The name is empty or too long, or looks like a file's.
    """
    require_workspace(root)
    if not 0 < len(name.strip()) <= _LONGEST_NAME or "/" in name or name.endswith(".toml"):
        raise InputError(
            "a profile's name has 1 to {limit} characters and is no file name, got {name!r}",
            limit=_LONGEST_NAME,
            name=name,
        )
    ProfileStore(root).save(name.strip(), profile.as_toml())


def remove_profile(root: Path, name: str) -> None:
    """Forget a profile of a workspace.

    Parameters
    ----------
    root
        The workspace's folder.
    name
        Its name.

    Raises
    ------
    LayerNotFoundError
        There is none of that name.
    """
    require_workspace(root)
    ProfileStore(root).remove(name)


def find_profile(text: str, root: Path | None = None) -> Profile:
    """Return the profile that a command line names.

    Parameters
    ----------
    text
        A file that ends in ``.toml``, or the name of a profile of the workspace.
    root
        The workspace's folder; ``None`` where there is none, and only files are known.

    Returns
    -------
    Profile
        The profile.

    Raises
    ------
    InputError
        The file is no profile.
    LayerNotFoundError
        The workspace has none of that name.
    """
    if text.endswith(".toml") or root is None:
        return read_profile(Path(text))
    return show_profile(root, text)
