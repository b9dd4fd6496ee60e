"""Every sentence for users has a Chinese one, and no translation is without its sentence."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import click
import numpy as np
import pytest
from werkzeug.exceptions import default_exceptions

import geogrid.errors
from geogrid import i18n
from geogrid.analysis import (
    camera_coverage,
    cordon_cut,
    emerging_columns,
    gaps,
    local_moran,
    near_repeat_alerts,
    new_clusters,
    patrol_coverage,
    rate_null,
    unit_quality,
    unit_remarks,
)
from geogrid.analysis.hotspot_columns import REASON_TEMPLATES, WEIGHTED_FIELDS, WEIGHTED_TEMPLATES
from geogrid.cli import analyses, cordons, quality
from geogrid.cli.program import SECTIONS, program
from geogrid.cli.usage import CLICK_SAYS, paragraphs
from geogrid.export.legend import _categories
from geogrid.export.map_words import WORDS
from geogrid.service.layers import FEATURE_TITLES, LATTICE_TITLES

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "geogrid" / "locale" / "zh"
SOURCES = [*sorted((ROOT / "geogrid").rglob("*.py")), *sorted((ROOT / "webmap").rglob("*.py"))]
ERRORS = {
    name
    for name, value in vars(geogrid.errors).items()
    if isinstance(value, type) and issubclass(value, geogrid.errors.GeogridError)
}
# Where a sentence stands among the arguments of a call: positions, and names.
PLACES: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    **dict.fromkeys(ERRORS, ((0,), ())),
    "Message": ((0,), ()),
    "say": ((0,), ()),
    "translate": ((0,), ()),
    "progress": ((0,), ()),
    "Field": ((1, 4), ("title", "meaning")),
    "refuse": ((2,), ("reason",)),
    "Refusal": ((3,), ("reason",)),
    "ShapeFault": ((0,), ()),
    "_BadSentence": ((1,), ()),
}
# Layouts and file names, the same in every language.
NOT_SENTENCES = {"", "  {id:<16} {kind:<9} {title}", "{file}:", "{message}", "{table}"}
# What the web server says of an address, in its own words.
OF_THE_SERVER = {
    text for kind in default_exceptions.values() for text in (kind.description, kind().name) if text
}
HOTNESS = {f"{word}, {level} %" for word in ("hot", "cold") for level in (90, 95, 99)}
# Categories of a table that other programs may hand to the map.
PATTERNS = ("new", "consecutive", "intensifying", "persistent")
PATTERNS += ("diminishing", "sporadic", "oscillating", "historical")
EMERGING = {f"{pattern} {sign}" for sign in ("hot", "cold") for pattern in PATTERNS}


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text("utf-8"))) for path in SOURCES)


@cache
def constants() -> dict[str, str]:
    """Return the texts that modules give names to."""
    named = {}
    for _, tree in trees():
        for node in tree.body:
            targets = (
                [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
            )
            value = getattr(node, "value", None)
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                named |= {t.id: value.value for t in targets if isinstance(t, ast.Name)}
    return named


def texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an argument may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants():
        yield constants()[node.id]
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def called(node: ast.Call) -> str:
    """Return the name of what is called; `translator_of(ctx)(...)` counts as `translate`."""
    function = node.func
    if isinstance(function, ast.Call):
        return "translate" if called(function) == "translator_of" else ""
    return getattr(function, "id", "") or getattr(function, "attr", "")


def arguments(node: ast.Call) -> Iterator[ast.expr]:
    positions, names = PLACES.get(called(node), ((), ()))
    yield from (node.args[at] for at in positions if at < len(node.args))
    yield from (keyword.value for keyword in node.keywords if keyword.arg in names)


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node


def of_commands() -> Iterator[str]:
    """Yield what help pages say."""
    yield from SECTIONS
    for command in [program, *program.commands.values()]:
        yield from paragraphs(command.help)
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.help:
                yield parameter.help


def of_tables() -> Iterator[str]:
    """Yield the sentences that stand in tables of modules."""
    yield from (*LATTICE_TITLES.values(), *FEATURE_TITLES.values(), *gaps.REASONS.values())
    yield from (*WEIGHTED_TEMPLATES.values(), *local_moran.REASON_TEMPLATES.values())
    yield from (*REASON_TEMPLATES.values(), *WORDS, *CLICK_SAYS)
    yield from emerging_columns.PATTERN_REASONS.values()
    yield from near_repeat_alerts.ALERT_REASONS.values()
    yield from new_clusters.CLUSTER_REASONS.values()
    yield from (*unit_remarks.REASONS.values(), *quality._HEAD)
    yield from (*cordon_cut.REASONS.values(), *cordons._HEAD)
    for columns in (
        emerging_columns.FIELDS,
        near_repeat_alerts.FIELDS,
        new_clusters.FIELDS,
        patrol_coverage.FIELDS,
        camera_coverage.FIELDS,
        gaps.FIELDS,
        WEIGHTED_FIELDS,
        local_moran.FIELDS,
        rate_null.FIELDS,
        unit_quality.FIELDS,
    ):
        for column in columns:
            yield from (column.title, column.meaning)
            yield from (one["label"] for one in _categories(column, np.array([], dtype=object)))
    yield from (*analyses._BUCKETS.values(), *analyses._STATES.values())
    for _, what, how in analyses._CAMERAS:
        yield from (what, how)


@cache
def sentences() -> frozenset[str]:
    found = {text for _, call in calls() for part in arguments(call) for text in texts(part)}
    return frozenset((found | {*of_commands(), *of_tables()}) - NOT_SENTENCES)


@cache
def every_text() -> frozenset[str]:
    """Return every text that stands in a source."""
    return frozenset(
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def has_words(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", text)))


def fields(template: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def parts() -> dict[str, dict[str, str]]:
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.iterdir())}


def test_every_sentence_for_users_has_a_chinese_one():
    known = i18n.catalogue("zh")
    assert sorted(text for text in sentences() if has_words(text) and text not in known) == []


def test_no_sentence_for_users_is_put_together_in_the_source():
    together = [
        f"{path.relative_to(ROOT)}:{part.lineno}"
        for path, call in calls()
        if called(call) not in {"progress", "Field"}  # file names; joined when made, see above
        for part in arguments(call)
        if isinstance(part, ast.JoinedStr)
    ]
    assert together == []


def test_a_translation_has_the_fields_of_its_sentence():
    odd = [
        english
        for english, chinese in i18n.catalogue("zh").items()
        if set(fields(english)) != set(fields(chinese))
    ]
    assert odd == []


def test_no_translation_is_without_its_sentence():
    known = sentences() | every_text() | EMERGING | HOTNESS | OF_THE_SERVER
    assert sorted(text for text in i18n.catalogue("zh") if text not in known) == []


def test_one_sentence_has_one_translation():
    seen: dict[str, set[str]] = {}
    for words in parts().values():
        for english, chinese in words.items():
            seen.setdefault(english, set()).add(chinese)
    assert {english: said for english, said in seen.items() if len(said) > 1} == {}


def test_a_translation_is_in_chinese():
    plain = [
        english
        for english, chinese in i18n.catalogue("zh").items()
        if has_words(english) and not re.search(r"[\u4e00-\u9fff]", chinese)
    ]
    assert [text for text in plain if fields(text) == Counter() or len(text) > 40] == []


def test_every_catalogue_is_sorted_into_files_of_json_objects():
    for name, words in parts().items():
        assert name.endswith(".json")
        assert all(isinstance(text, str) for pair in words.items() for text in pair)


def test_english_needs_no_catalogue():
    assert i18n.catalogue("en") == {}
    assert i18n.translator("en")("cameras") == "cameras"


def test_an_unknown_sentence_stays_as_it_is():
    assert i18n.translator("zh")("nobody says this") == "nobody says this"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh_CN.UTF-8", "zh"),
        ("zh-TW,en;q=0.5", "zh"),
        ("ZH", "zh"),
        ("en_GB.UTF-8", "en"),
        ("C", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_follows_the_locale(locale, language):
    assert i18n.language_of(locale) == language


def test_a_sentence_with_numbers_is_told_again_in_chinese():
    templates = ["seen {visits:.0f} times", "not seen for {hours:.1f} h"]
    chinese = {"not seen for {hours:.1f} h": "{hours:.1f} 小时未见"}
    said = i18n.retold("not seen for 5.0 h", templates, lambda t: chinese.get(t, t))
    assert said == "5.0 小时未见"
    assert i18n.retold("something else", templates, str) == "something else"


def test_a_sentence_in_a_sentence_is_told_again_too():
    chinese = {
        "file {name}, once more {name}: {reason}": "{name}：{reason}",
        "{count:,} rows are too many": "{count:,} 行太多",
    }
    said = i18n.retold(
        "file a.csv, once more a.csv: 1,234 rows are too many", chinese, chinese.__getitem__
    )
    assert said == "a.csv：1,234 行太多"
