"""Messages in English and Chinese: one catalogue for the command line and the web.

A catalogue is a JSON object from the English template to its translation. English needs
none. ``tests/test_i18n.py`` walks the source and fails when a template has no Chinese.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources

LANGUAGES = ("en", "zh")


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Mapping[str, str]:
    """Return the translations of one language, by English template.

    Parameters
    ----------
    language
        ``en`` or ``zh``.

    Returns
    -------
    Mapping of str to str
        Empty for English.
    """
    if language == "en":
        return {}
    text = resources.files("geogrid").joinpath("locale", f"{language}.json").read_text("utf-8")
    loaded: dict[str, str] = json.loads(text)
    return loaded


def translator(language: str) -> Callable[[str], str]:
    """Return a function that translates an English template, or returns it unchanged.

    Parameters
    ----------
    language
        ``en`` or ``zh``; see `language_of` for a locale's name.

    Returns
    -------
    Callable
        From English template to template.
    """
    words = catalogue(language)
    return lambda template: words.get(template, template)


def language_of(locale_name: str | None) -> str:
    """Return the language for the name of a locale such as ``zh_CN.UTF-8``.

    Parameters
    ----------
    locale_name
        What ``LANG`` or a browser's ``Accept-Language`` says; ``None`` when unset.

    Returns
    -------
    str
        ``zh`` for any Chinese locale, else ``en``.
    """
    return "zh" if (locale_name or "").lower().startswith("zh") else "en"
