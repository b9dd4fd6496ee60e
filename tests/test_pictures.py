"""Every picture of the documents is taken by the tool, shown with words, and small."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURES = sorted((ROOT / "docs" / "img").glob("*.png"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = re.compile(r"!\[([^\]]+)\]\((?:docs/)?img/([\w-]+\.png)\)")


def test_every_picture_is_shown_with_words_and_every_one_shown_is_there():
    shown = {
        name: words for page in PAGES for words, name in SHOWN.findall(page.read_text("utf-8"))
    }
    assert set(shown) == {path.name for path in PICTURES}
    assert all(len(words.split()) >= 4 for words in shown.values())


def test_the_tool_takes_every_picture():
    tool = (ROOT / "tools" / "take_pictures.py").read_text("utf-8")
    assert set(re.findall(r'"([\w-]+\.png)"', tool)) == {path.name for path in PICTURES}


def test_no_picture_is_larger_than_the_tool_allows():
    assert max(path.stat().st_size for path in PICTURES) <= 400_000
