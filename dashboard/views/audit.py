"""The audit, for administrators: its last lines, whether its chain holds, and all of it as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from dashboard import keeping, session, texts
from dashboard.texts import login as words
from dashboard.widgets import blocks, tables
from dashboard.widgets.download import download

if TYPE_CHECKING:
    from core.registry.audit import Audit

SHOWN = 50


def show() -> None:
    """The page."""
    session.collect()
    try:
        _audit(keeping.registry(session.models()).audit)
    except InputError as error:
        st.error(texts.plain(error))


def _audit(audit: Audit) -> None:
    lines, found = audit.latest(SHOWN), audit.check()
    blocks.lead(words.AUDIT_LEAD, words.AUDIT_NOTE.format(shown=len(lines), all=found.lines))
    if found.broken is None and found.head is not None:
        blocks.note(words.AUDIT_WHOLE.format(lines=found.lines))
        st.code(f"{found.head.lines}:{found.head.hash}", language=None, wrap_lines=True)
    elif found.broken is not None:
        st.error(texts.literal(words.AUDIT_BROKEN.format(line=found.broken.line, why=found.broken.why)))
    # in a thread of its own it is the same audit, of the same actor
    download(words.AUDIT_SAVE, audit.export, file_name="audit.csv", mime="text/csv", icon=":material/download:")
    tables.table(words.AUDIT_HEAD, words.audit_rows(lines), words=range(1, 6))
