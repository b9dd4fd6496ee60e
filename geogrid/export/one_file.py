"""One HTML file that holds all it needs: scripts, styles and pictures from the package inside."""

from __future__ import annotations

import base64
import gzip
import html as html_text
import json
import re
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from geogrid.errors import InputError

_SCRIPT: Final = re.compile(r'<script\b[^>]*?\bsrc\s*=\s*"([^"]*)"[^>]*>\s*</script>')
_LINK: Final = re.compile(r'<link\b[^>]*?\bhref\s*=\s*"([^"]*)"[^>]*/?>')
_LEFT: Final = re.compile(
    r"""<(?:script|link|img|iframe|source|object|embed)\b[^>]*?"""
    r"""\b(?:src|href|data)\s*=\s*(?!["']data:)["']?([^"'\s>]+)"""
)
_URL: Final = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
_VIEWPORT: Final = re.compile(r'<meta\s+name="viewport"[^>]*>')
_SOURCE_MAP: Final = re.compile(r"//# sourceMappingURL=\S+\s*$")
_TEMPLATE: Final = re.compile(r"\{(?=[{%#])")
_TYPES: Final = {".png": "image/png", ".svg": "image/svg+xml"}
_POLICY: Final = (  # the page may run what it holds, and ask for nothing
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
)


def asset(name: str) -> Traversable:
    """Return a file of the map that ships with the package.

    Parameters
    ----------
    name
        Its path below ``geogrid/export/assets``, such as ``vendor/leaflet/leaflet.js``.

    Returns
    -------
    Traversable
        The file.

    Raises
    ------
    InputError
        There is no such file: the map would need the network to get it.
    """
    found = resources.files("geogrid.export") / "assets"
    parts = name.split("/")
    if all(part not in {"", ".", ".."} for part in parts):
        for part in parts:
            found = found / part
        if found.is_file():
            return found
    raise InputError(
        "{asset} does not ship with the package, so a map with it would need the network; "
        "leave out what asks for it",
        asset=name,
    )


def one_file_page(html: str, *, language: str) -> str:
    """Return a page with every script, style and picture it names written into it.

    Parameters
    ----------
    html
        A page that names files of this package.
    language
        Code for ``<html lang>``.

    Returns
    -------
    str
        The page: it can be zoomed on a phone, says its language, and forbids itself requests.

    Raises
    ------
    InputError
        It names a file that does not ship with the package.
    """
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
    )
    page = _VIEWPORT.sub("", html)
    page = page.replace("<html>", f'<html lang="{html_text.escape(language)}">', 1)
    page = page.replace("<head>", "<head>\n" + head, 1)
    bare = _SCRIPT.sub("", _LINK.sub("", _without_inline_code(page)))
    left = _LEFT.search(bare)
    if left is not None:
        asset(left[1])  # says that it is not there
        raise InputError("the page asks for {asset} in a way that cannot be inlined", asset=left[1])
    page = _LINK.sub(lambda match: _style(match[1]), page)
    return _SCRIPT.sub(lambda match: _script(match[1]), page)


def _without_inline_code(page: str) -> str:
    """Return a page without what stands inside its scripts and styles."""
    return re.sub(r"(<(script|style)\b[^>]*>).*?(</\2>)", r"\1\3", page, flags=re.DOTALL)


def _script(name: str) -> str:
    text = _SOURCE_MAP.sub("", asset(name).read_text("utf-8"))
    return "<script>\n" + text.replace("</script", r"<\/script") + "</script>"


def _style(name: str) -> str:
    folder = name.rpartition("/")[0]

    def inlined(match: re.Match[str]) -> str:
        target = match[1]
        if target.startswith(("data:", "#")):
            return match[0]
        path = f"{folder}/{target}" if folder else target
        kind = _TYPES.get("." + target.rpartition(".")[2], "application/octet-stream")
        data = base64.b64encode(asset(path).read_bytes()).decode("ascii")
        return f"url(data:{kind};base64,{data})"

    return f"<style>\n{_URL.sub(inlined, asset(name).read_text('utf-8'))}</style>"


def packed(data: bytes) -> str:
    """Return bytes as gzip in base64, the same text for the same bytes.

    Parameters
    ----------
    data
        Any bytes.

    Returns
    -------
    str
        ASCII.
    """
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii")


def script_json(value: object) -> str:
    """Return JSON that can stand in a ``<script>`` element.

    Parameters
    ----------
    value
        A JSON value; NaN is refused.

    Returns
    -------
    str
        With ``<``, ``>`` and ``&`` written as escapes, so that no text ends the element, and the
        first brace of a Jinja expression too: branca takes what it is given for a template.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text = _TEMPLATE.sub(r"\\u007b", text)  # two braces stand in texts alone, never between values
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
