"""One of several answers, kept with the case beyond the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import session


def one_of(label: str, key: str, words: Mapping[Any, str], first: Any = None, **look: Any) -> Any:
    """What the reader chose of `words`.

    Args:
        label: for screen readers, unless `look` shows it.
        key: under which the choice is kept.
        words: what is offered, in words, by answer.
        first: the answer until the reader chooses, and where the choice is no longer offered; None for the first.
        look: further settings of streamlit's segmented control.
    """
    offered = list(words)
    return st.segmented_control(
        label,
        offered,
        format_func=words.__getitem__,
        key=session.recall(key, offered[0] if first is None else first, offered),
        required=True,
        on_change=session.remember,
        args=(key,),
        **{"label_visibility": "collapsed", **look},
    )
