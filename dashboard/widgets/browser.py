"""Which browser this is: a random token in its own storage, never in the address, so that a reload finds its draft."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime import Runtime, exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import leaving, session, signin
from dashboard.desks import DESKS, desk_of
from dashboard.draft import Draft

NAME = "haic_nomogram_browser"
SCRIPT = """
export default function ({ setStateValue }) {
  const name = "haic-nomogram.token";
  let token = null;
  try {
    token = localStorage.getItem(name);
    if (!/^[0-9a-f]{32}$/.test(token || "")) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      token = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      localStorage.setItem(name, token);
    }
  } catch { return; }  // storage is forbidden: this page lives without
  setStateValue("token", token);
}
"""


def recognise() -> None:
    """Keep this page's draft for its browser; a page just opened goes on with what no open page of it holds."""
    ask = st.components.v2.component(NAME, js=SCRIPT)
    with st.container(key="browser"):
        answer = ask(key="browser.token", on_token_change=lambda: None)
    token, page = answer.get("token"), _page()
    desk = desk_of(token, signin.me().key)
    if not desk or not page:
        return
    leaving.know_browser(token)
    now = session.draft()
    if not now.desk:
        now.desk = desk
        found = DESKS.claim(desk, page, _is_open) if _is_untouched(now) else None
        if found is not None:
            session.replace_draft(found)
            st.rerun()
    DESKS.keep(desk, page, now)
    leaving.check(desk)


def _is_untouched(draft: Draft) -> bool:
    return draft.is_demo or not (draft.known() or draft.series or draft.assessment)


def _page() -> str:
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def _is_open(page: str) -> bool:
    runtime: Runtime | None = get_instance() if exists() else None
    return runtime is not None and runtime.is_active_session(page)
