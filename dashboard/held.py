"""What the widgets of a browser session hold, by key; with session.py the only place of st.session_state."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

FRESH_SECONDS, FRESH_DRAWS = 2.0, 3


def prime(key: str, value: Any) -> str:
    """Give the widget `key` its value unless it has one; returns the key."""
    if key not in st.session_state:
        return _give(key, value)
    return _again(key)


def put(key: str, value: Any) -> str:
    """Set a widget's value if it has another; only before the widget is drawn, or in a callback; returns the key."""
    if key not in st.session_state or st.session_state[key] != value:
        return _give(key, value)
    return _again(key)


def _give(key: str, value: Any) -> str:
    st.session_state[key] = value
    st.session_state[f"given.{key}"] = (time.monotonic(), 1)
    return key


def _again(key: str) -> str:
    """Say a value that was given lately once more.

    The browser misses it when the page runs twice in a row, and would answer with an empty widget at the next click.
    """
    at, draws = st.session_state.get(f"given.{key}", (0.0, FRESH_DRAWS))
    if draws < FRESH_DRAWS or time.monotonic() - at < FRESH_SECONDS:
        st.session_state[key] = st.session_state[key]
        st.session_state[f"given.{key}"] = (at, draws + 1)
    return key


def get(key: str) -> Any:
    """A widget's value, None if it is not drawn."""
    return st.session_state.get(key)


def note(key: str, value: Any) -> None:
    """Keep a value that belongs to the session and no widget."""
    st.session_state[key] = value


def take_over(prefix: str, values: dict[str, Any]) -> None:
    """Put what the widgets `prefix` + name hold into `values`, before they are drawn."""
    for key in st.session_state:
        if str(key).startswith(prefix):
            values[str(key).removeprefix(prefix)] = st.session_state[key]


def forget_widgets(*prefixes: str) -> None:
    """Let all widgets whose key begins with one of `prefixes` take their values from the draft again."""
    for key in [key for key in st.session_state if str(key).startswith(prefixes)]:
        del st.session_state[key]


def forget_all() -> None:
    """Forget everything that the session holds."""
    st.session_state.clear()
