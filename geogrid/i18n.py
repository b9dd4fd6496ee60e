"""Messages in English and Chinese: one catalogue for the command line and the web.

A catalogue is a folder of JSON objects from the English template to its translation, one file
per part of the program. English needs none. ``tests/test_i18n.py`` walks the source and fails
when a template has no Chinese.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import resources
from string import Formatter

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
    folder = resources.files("geogrid").joinpath("locale", language)
    words: dict[str, str] = {}
    for part in sorted(folder.iterdir(), key=lambda part: part.name):
        words |= json.loads(part.read_text("utf-8"))
    return words


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


def retold(sentence: str, templates: Iterable[str], translate: Callable[[str], str]) -> str:
    """Return a sentence in another language that was made of one of some templates.

    Parameters
    ----------
    sentence
        In English.
    templates
        What it may have been made of.
    translate
        Returns a template in another language; see `translator`.

    Returns
    -------
    str
        The sentence, with sentences inside it retold too; unchanged if it was made of none of
        the templates.
    """
    known = tuple(templates)
    for template in known:
        match = _pattern(template).fullmatch(sentence)
        if match is not None:
            plain = re.sub(r"\{(\w+)[^}]*\}", r"{\1}", translate(template))
            values = match.groupdict().items()
            return plain.format(**{name: retold(text, known, translate) for name, text in values})
    return sentence


@lru_cache(maxsize=1024)
def _pattern(template: str) -> re.Pattern[str]:
    """Return what finds the values of a template in a sentence that was made of it."""
    pattern = ""
    named: set[str] = set()
    for text, name, _, _ in Formatter().parse(template):
        pattern += re.escape(text)
        if name:
            pattern += f"(?P={name})" if name in named else f"(?P<{name}>.+)"
            named.add(name)
    return re.compile(pattern, re.DOTALL)


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
