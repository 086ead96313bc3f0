"""What stands before every page: nobody comes in who is not signed in, and nothing is shown where nobody may."""

from __future__ import annotations

import streamlit as st

from dashboard import leaving, signin, texts
from dashboard.texts import login as words
from dashboard.widgets import frame
from dashboard.widgets.login_bar import sign_out

WATCH_SECONDS = 10.0


def is_open() -> bool:
    """True for somebody who may come in; else one sentence, and the way to sign in or out."""
    found = signin.visit()
    if found.me is None:
        _closed(found)
        return False
    if found.me.signed_in:
        _watch()
    return True


def _closed(found: signin.Visit) -> None:
    if found.why == "ended":
        leaving.close(was_left=found.was_left)
    st.html(frame.STYLE)
    with st.container(key="gate"):
        st.html(f'<h1 class="brand"><i aria-hidden="true"></i><span>{texts.PRODUCT}</span></h1>')
        st.html(f'<div class="strip"><b>{texts.NOT_FOR_CLINICAL_USE}</b></div>')
        if found.why == "refused":
            st.error(texts.literal(f"{words.REFUSED}: {found.refusal}."))
        elif found.why == "no role":
            st.markdown(words.NO_ROLE)
            st.button(words.SIGN_OUT, key="login.out", on_click=sign_out)
        else:
            st.markdown(words.ENDED if found.why == "ended" else words.SIGNED_OUT)
            st.button(words.SIGN_IN, key="login.in", type="primary", icon=":material/login:", on_click=st.login)


@st.fragment(run_every=WATCH_SECONDS)
def _watch() -> None:
    """The page of a sign-in that has ended, here or in another window, does not stay."""
    if signin.visit().me is None:
        st.rerun()
