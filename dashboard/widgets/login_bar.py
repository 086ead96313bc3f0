"""Who is signed in, beside the standing warning: pseudonym, role and group, another group, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.errors import InputError
from dashboard import held, keeping, leaving, session, signin
from dashboard.texts import login as words

CHOICE = "login.choice"


def bar(warning: str, pages: Sequence[st.Page]) -> None:  # type: ignore[valid-type]
    """Draw it; for the single user of a machine the warning alone, which is HTML.

    Args:
        warning: the standing warning.
        pages: links that stand beside the login.
    """
    me = signin.me()
    if not me.signed_in:
        st.html(warning)
        return
    _groups(me)
    with st.container(key="login-bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(warning)
        st.html(f'<p class="who">{escape(words.who(me.actor, me.role, me.group))}</p>', width="content")
        for page in pages:
            st.page_link(page)
        st.button(words.SIGN_OUT, key="login.out", help=words.until(me.until), on_click=sign_out)


def sign_out() -> None:
    """Forget what this session and browser hold, and sign out here and at the provider; a callback."""
    if signin.visit().me is not None:
        leaving.leave()
    st.logout()


def _groups(me: signin.Me) -> None:
    """Which group's cases are seen, for whoever has more than one."""
    try:
        groups = keeping.groups()
    except InputError:
        groups = me.groups  # the page says what is wrong with the database
    if len(groups) > 1:
        st.sidebar.selectbox(
            words.GROUP,
            groups,
            format_func=words.group_name,
            key=held.put(CHOICE, me.group),
            on_change=_enter,
            help=words.GROUP_HELP,
        )


def _enter() -> None:
    session.enter(str(held.get(CHOICE)))
