"""Pages that stand alone: one file with its style, scripts and figures inside, which asks nothing of any network.

Names of columns and categories come from a hospital's table and are taken as hostile: plain text is escaped wherever it
is put, and the page's own policy lets no script run but those written here, and no address be loaded.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pkgutil
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from core.model_card import INTENDED_USE
from core.report.style import DARK_FOR_LIGHT

_PLOT = '<div class="plot"'  # escaped text has no quotes: only a figure can bring this


class Html(str):
    """Text that is markup already; any other text is escaped where it is put."""

    __slots__ = ()


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes:
        title: as in the table of contents.
        body: markup.
        id: by which it is linked; letters, digits and hyphens.
    """

    title: str
    body: Html
    id: str


def section(title: str, body: str | Iterable[str], id: str) -> Section:
    """A part of a page; `body` is markup or text, or several pieces of them.

    Raises:
        ValueError: for an id that is not of letters, digits and hyphens.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", id):
        raise ValueError("section: expected an id of letters, digits and hyphens, got another")
    return Section(title, markup(body), id)


def markup(body: str | Iterable[str]) -> Html:
    """The pieces one after the other, `Html` as it is and all other text as a paragraph."""
    pieces = [body] if isinstance(body, str) else body
    return Html("".join(piece if isinstance(piece, Html) else paragraph(piece) for piece in pieces))


def inline(text: str) -> Html:
    """Text as markup within a line."""
    return text if isinstance(text, Html) else Html(escape(text))


def paragraph(text: str, kind: str = "") -> Html:
    """A paragraph; `kind` is one of the style's: lead, note, warning or small."""
    return Html(f"<p{_class(kind)}>{inline(text)}</p>")


def heading(text: str) -> Html:
    """A heading within a section."""
    return Html(f"<h3>{inline(text)}</h3>")


def bullets(lines: Iterable[str], kind: str = "") -> Html:
    """A list."""
    return Html(f"<ul{_class(kind)}>{''.join(f'<li>{inline(line)}</li>' for line in lines)}</ul>")


def definitions(pairs: Iterable[tuple[str, str]]) -> Html:
    """Terms and what they are, in two columns."""
    rows = "".join(f"<div><dt>{inline(term)}</dt><dd>{inline(meaning)}</dd></div>" for term, meaning in pairs)
    return Html(f"<dl>{rows}</dl>")


def details(summary: str, body: str | Iterable[str]) -> Html:
    """A part that is folded away; printed unfolded."""
    return Html(f"<details><summary>{inline(summary)}</summary>{markup(body)}</details>")


def beside(*parts: str) -> Html:
    """Parts next to each other where the page is wide enough."""
    return Html(f'<div class="beside">{"".join(f"<div>{markup(part)}</div>" for part in parts)}</div>')


def link(text: str, id: str) -> Html:
    """A link to a section of the same page."""
    return Html(f'<a href="#{escape(id)}">{inline(text)}</a>')


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "", text_columns: Collection[int] = (0,)
) -> Html:
    """A table; it scrolls sideways where it is wider than the page.

    Args:
        header: of the c columns.
        rows: c cells each; the first names its row.
        caption: above it.
        text_columns: positions of the columns aligned left; all others hold numbers and are aligned right.
    """

    def cell(tag: str, position: int, content: str, scope: str = "") -> str:
        return f"<{tag}{scope}{_class('' if position in text_columns else 'number')}>{inline(content)}</{tag}>"

    head = "".join(cell("th", position, name, ' scope="col"') for position, name in enumerate(header))
    lines = []
    for row in rows:
        name, *others = row
        cells = [cell("th", 0, name, ' scope="row"'), *(cell("td", at, text) for at, text in enumerate(others, 1))]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    title = f"<caption>{inline(caption)}</caption>" if caption else ""
    return Html(
        f'<div class="table" tabindex="0"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def figure(plot: Any, caption: str, alt: str, name: str = "") -> Html:
    """A Plotly figure.

    Args:
        plot: a plotly Figure with a height; colours of `core.report.style.LIGHT` follow the reader's theme. Text in it
            is not escaped here: see `core.report.style.plain`.
        caption: below it.
        alt: what it shows, for those who cannot see it.
        name: by which a script of the page finds it.
    """
    height = int(plot.layout.height or 420)
    named = f' data-name="{escape(name)}"' if name else ""
    return Html(
        f'<figure>{_PLOT}{named} role="img" aria-label="{escape(alt)}" style="height:{height}px"></div>'
        f"{data_block(plot.to_json())}<figcaption>{inline(caption)}</figcaption></figure>"
    )


def data_block(document: str, id: str = "") -> Html:
    """JSON for a script of the page, in a form that cannot end the element that holds it."""
    safe = document.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    named = f' id="{escape(id)}"' if id else ""
    return Html(f'<script type="application/json"{named}>{safe}</script>')


def page(title: str, sections: Sequence[Section], intro: str | Iterable[str] = (), scripts: Sequence[str] = ()) -> str:
    """A whole document.

    Args:
        title: of the page.
        sections: in their order, with different ids.
        intro: markup between the title and the first section.
        scripts: names of files beside this one whose JavaScript runs after the figures are drawn.

    Raises:
        ValueError: for two sections of one id.
    """
    if len({part.id for part in sections}) < len(sections):
        raise ValueError("page: expected sections with different ids, got two alike")
    opening = markup(intro)
    body = "".join(f'<section id="{part.id}"><h2>{inline(part.title)}</h2>{part.body}</section>' for part in sections)
    contents = "".join(f"<li>{link(part.title, part.id)}</li>" for part in sections)
    code = [_plotly()] if _PLOT in opening + body else []
    code += [_resource("page.js"), *(_resource(name) for name in scripts)]
    written = "".join(f"<script>{script}</script>" for script in code)
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">{_policy(code)}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{inline(title)}</title>'
        f"<style>{_resource('page.css')}</style></head>\n"
        f'<body><p class="statement" role="note">{INTENDED_USE}</p><div class="page">'
        f'<nav aria-label="Contents"><details open><summary>Contents</summary><ol>{contents}</ol></details></nav>'
        f"<main><h1>{inline(title)}</h1>{opening}{body}</main></div>\n"
        f"{data_block(json.dumps(DARK_FOR_LIGHT), 'dark-for-light')}{written}</body></html>\n"
    )


def _policy(scripts: Sequence[str]) -> Html:
    """Content-Security-Policy: the scripts of this page by their hashes, nothing from anywhere else."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    rules = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return Html(f'<meta http-equiv="Content-Security-Policy" content="{rules}">')


@cache
def _plotly() -> str:
    """plotly.js, as the plotly package carries it."""
    from plotly.offline import get_plotlyjs

    # A browser reads line ends as \n, and the hash is of what it reads.
    return str(get_plotlyjs()).replace("\r\n", "\n")


@cache
def _resource(name: str) -> str:
    """A file that lies beside this one."""
    return (pkgutil.get_data("core.report", name) or b"").decode()


def _class(name: str) -> str:
    return f' class="{escape(name)}"' if name else ""
