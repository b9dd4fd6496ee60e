"""What the HTML pages share: their words and their colours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from flask import Response, current_app, render_template, request

from webmap.query import language_wanted

THEMES: Final = ("light", "dark")


def theme_wanted() -> str:
    """Return the colours that the address asks for; those of the system by default."""
    theme = request.args.get("theme", "")
    return theme if theme in THEMES else "auto"


def page_of(template: str, values: dict[str, Any], status: int = 200) -> Response:
    """Return a page in the reader's language and colours.

    Parameters
    ----------
    template
        Its file in ``templates/``.
    values
        What it says, by name.
    status
        HTTP status.

    Returns
    -------
    Response
        HTML. Its fixed words are those that the page's own scripts read.
    """
    language = language_wanted()
    folder = Path(current_app.static_folder or "")
    words: dict[str, str] = json.loads((folder / "locale" / f"{language}.json").read_text("utf-8"))
    html = render_template(
        template, t=words.__getitem__, language=language, theme=theme_wanted(), **values
    )
    return Response(html, status, mimetype="text/html")
