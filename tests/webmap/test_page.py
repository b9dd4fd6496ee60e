"""The page's words are complete in both languages, and no data becomes markup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import webmap

FOLDER = Path(webmap.__file__).parent
SCRIPTS = sorted((FOLDER / "static" / "js").glob("*.js"))
TEMPLATE = "".join(
    path.read_text("utf-8") for path in sorted((FOLDER / "templates").rglob("*.html"))
)
SAME_IN_BOTH = {"legend.km2", "unit.any", "legend.range"}


def words(language):
    return json.loads((FOLDER / "static" / "locale" / f"{language}.json").read_text("utf-8"))


def test_both_languages_have_the_same_keys_and_the_same_places_for_values():
    english, chinese = words("en"), words("zh")
    assert list(english) == list(chinese)
    for key, text in english.items():
        assert text.strip(), key
        assert chinese[key].strip(), key
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[key])), key


def test_every_text_is_translated():
    english, chinese = words("en"), words("zh")
    untranslated = {
        key
        for key, text in chinese.items()
        if key not in SAME_IN_BOTH and key != "language.other" and text.isascii()
    }
    assert untranslated == set()
    assert all(
        key == "language.other" or "language" in key or english[key].isprintable()
        for key in english
    )


def test_every_key_that_is_used_is_in_the_catalogue():
    used = set(re.findall(r"\bt\('([\w.]+)'\)", TEMPLATE))
    used |= set(re.findall(r'data-i18n[\w-]*="([\w.]+)"', TEMPLATE))
    for script in SCRIPTS:
        used |= set(re.findall(r'\bt\("([\w.]+)"', script.read_text("utf-8")))
    assert used - set(words("en")) == set()
    assert len(used) > 60


def test_no_text_is_left_over():
    text = TEMPLATE + "".join(script.read_text("utf-8") for script in SCRIPTS)
    families = set(re.findall(r"\bt\(`(\w+)\.", text)) | set(re.findall(r'\bword\("(\w+)"', text))
    left = [key for key in words("en") if key.partition(".")[0] not in families and key not in text]
    assert left == []


def test_every_layer_of_the_contract_has_a_name():
    layers = "coverage camera_coverage hotspots gaps districts cameras checkpoints rooms places"
    layers += " incidents roads areas zones buildings depots"
    assert {f"layer.{name}" for name in layers.split()} <= set(words("en"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_never_make_markup_or_code_from_text(script):
    text = script.read_text("utf-8")
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in text
    assert not re.search(r"https?://", text)
    assert "setContent(" not in text or "setContent(el(" in text


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_no_inline_code_and_loads_nothing_from_elsewhere(client, language):
    page = _Page()
    page.feed(client.get(f"/?lang={language}").text)
    for tag, attributes in page.tags:
        assert tag != "style"
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href"):
            assert not attributes.get(name, "").startswith(("http:", "https:", "//", "data:"))
        if tag == "script":
            assert attributes["src"].startswith("/")
    (html,) = [attributes for tag, attributes in page.tags if tag == "html"]
    assert html["lang"] == {"en": "en", "zh": "zh-CN"}[language]


def test_the_page_is_in_the_browsers_language_and_says_that_the_data_is_synthetic(client):
    chinese = client.get("/", headers={"Accept-Language": "zh-CN"}).text
    assert "巡逻网格" in chinese
    assert "SYNTHETIC DEMO" in chinese
    assert "合成演示数据" in chinese
    assert "Patrol grid" in client.get("/", headers={"Accept-Language": "fr"}).text


def test_all_files_of_the_page_are_there(client):
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', client.get("/").text):
        assert client.get(address).status_code == 200, address


def test_hostile_text_in_the_address_stays_text(client):
    answer = client.get('/?theme="><script>alert(1)</script>&lang=<b>')
    assert "<script>alert" not in answer.text
    assert 'data-theme="auto"' in answer.text
