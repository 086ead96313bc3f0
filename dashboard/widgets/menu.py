"""The pages: one row of links, on a narrow screen folded into a menu that opens by key, click or touch.

Folding is HTML and style alone (a details element; style.css shows the links while it is open). The script adds what
streamlit's links lack: which of them is the current page, for screen readers, and Escape closes the menu.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard import session
from dashboard.texts import frame as words

NAME = "haic_nomogram_pages"
SCRIPT = """
export default function ({ data }) {
  const header = document.querySelector(".st-key-header");
  if (!header) return;
  const mark = () => {
    const pages = header.querySelector(".st-key-pages");
    if (!pages) return;
    pages.setAttribute("role", "navigation");
    pages.setAttribute("aria-label", data.name);
    for (const link of pages.querySelectorAll("a")) {
      if (link.textContent.trim() === data.page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  };
  const close = (event) => {
    const menu = header.querySelector(".menu[open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  };
  mark();
  const watch = new MutationObserver(mark);  // the links may come later than this
  watch.observe(header, { childList: true, subtree: true });
  header.addEventListener("keydown", close);
  return () => { watch.disconnect(); header.removeEventListener("keydown", close); };
}
"""


def links(pages: Sequence[st.Page], title: str) -> None:  # type: ignore[valid-type]
    """The links in their order, in a row or behind the menu's button, which names the page that is shown."""
    # another title is another element: the menu is closed on the page that it led to
    summary = f"<summary><i aria-hidden='true'></i>{words.MENU}<b>{escape(title)}</b></summary>"
    st.html(f'<details class="menu">{summary}</details>', width="content")
    with st.container(key="pages", horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        for page in pages:
            st.page_link(page)
            session.know_page(page)


def mark_current(title: str) -> None:
    """Tell screen readers which link is the page that is shown; outside the header, where it takes no room."""
    mark = st.components.v2.component(NAME, js=SCRIPT)
    with st.container(key="pages-mark"):
        mark(key="pages.mark", data={"page": title, "name": words.PAGES})
