"""Tables that stay readable on a phone: below 640 px each row becomes a block with its own headings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

import streamlit as st


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", words: Collection[int] = (0,)) -> None:
    """Draw `rows` under `head`; the first cell of a row is its heading.

    Args:
        head: column names.
        rows: cells as text, each row as long as `head`.
        caption: what the table shows; "" for none.
        words: places of the columns that hold words, which stand to the left.
    """
    names = "".join(
        f'<th role="columnheader"{_side(place, words)}>{escape(name)}</th>' for place, name in enumerate(head)
    )
    lines = "".join(f'<tr role="row">{_cells(head, row, words)}</tr>' for row in rows)
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    st.html(
        f'<table role="table" class="readings stack">{said}<thead role="rowgroup"><tr role="row">{names}</tr></thead>'
        f'<tbody role="rowgroup">{lines}</tbody></table>'
    )


def _cells(head: Sequence[str], row: Sequence[str], words: Collection[int]) -> str:
    first, *others = row
    cells = [f'<th role="rowheader" scope="row">{escape(first)}</th>']
    for place, cell in enumerate(others, start=1):
        name = escape(head[place], quote=True)
        cells.append(f'<td role="cell" data-head="{name}"{_side(place, words)}><span>{escape(cell)}</span></td>')
    return "".join(cells)


def _side(place: int, words: Collection[int]) -> str:
    return "" if place in words else ' class="number"'
