"""The one way a file leaves a page: made when it is asked for, for whoever may export, and for him alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from core.registry import rights
from core.registry.audit_chain import Act
from dashboard import signin
from dashboard.downloads import OWNERS
from dashboard.signin import Me


def download(label: str, make: Callable[[], bytes | str], **look: Any) -> None:
    """A button that saves what `make` makes; nothing for whoever may not export.

    Args:
        label: on the button.
        make: runs in a thread of its own, which has no session: all that it needs goes with it.
        look: as st.download_button takes it.
    """
    if signin.may(Act.EXPORTED):
        st.download_button(label, data=partial(_made, signin.me(), make), on_click="ignore", **look)


def _made(me: Me, make: Callable[[], bytes | str]) -> bytes | str:
    with signin.acting(me):
        rights.demand(signin.me().role, Act.EXPORTED)
        content = make()
    if me.signed_in:
        OWNERS.note(content, me.login)
    return content
