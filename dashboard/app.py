"""The dashboard: page configuration and the table of pages.

streamlit run dashboard/app.py
"""

from __future__ import annotations

import streamlit as st

from core.io.pacs.settings import is_configured
from core.registry.audit_chain import Act
from dashboard import session, signin, texts
from dashboard.texts import login
from dashboard.views import audit, batch, board, case, cases, images, learn, own, pacs, prognosis, study, validation
from dashboard.widgets import browser, frame, gate


def main() -> None:
    """One run of the page that the browser asks for."""
    st.set_page_config(
        page_title=texts.PRODUCT,
        page_icon=frame.ICON,
        layout="wide",
        initial_sidebar_state="collapsed",
        menu_items={"About": texts.ABOUT},
    )
    if not (gate.is_open() and frame.weights_are_there()):
        return
    pages, more = _pages(), _more()
    # first: a browser that answers before it knows its page is led to the first one
    page = st.navigation([*pages, *more], position="hidden")
    session.open_demo_once()
    browser.recognise()
    frame.header(pages, page.title, more)
    page.run()
    frame.footer()


def _pages() -> list[st.Page]:  # type: ignore[valid-type]
    """The pages of who is signed in; the address of another one leads to the first."""
    works = signin.may(Act.ASSESSED)
    pages = [
        st.Page(case.show, title="Case", url_path="case", default=True),
        st.Page(images.show, title="Images", url_path="images"),
        st.Page(prognosis.show, title="Prognosis", url_path="prognosis"),
        st.Page(study.show, title="Study", url_path="study"),
        st.Page(cases.show, title="Cases", url_path="cases"),
        *([st.Page(batch.show, title="Batch", url_path="batch")] if works else []),
        st.Page(board.show, title="Board", url_path="board"),
        st.Page(validation.show, title="Validation", url_path="validation"),
        st.Page(learn.show, title="Learn", url_path="learn"),
        st.Page(own.show, title="Own nomogram", url_path="own"),
    ]
    if works and is_configured():
        pages.append(st.Page(pacs.show, title="PACS", url_path="pacs"))
    return pages


def _more() -> list[st.Page]:  # type: ignore[valid-type]
    """What stands beside the login."""
    is_there = signin.me().signed_in and signin.may(Act.AUDIT_EXPORTED)
    return [st.Page(audit.show, title=login.AUDIT, url_path="audit")] if is_there else []


if __name__ == "__main__":
    main()
