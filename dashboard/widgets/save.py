"""“Save this case”: the only act that puts a case into the worklist; it stands where the result stands."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError
from core.registry.audit_chain import Act
from dashboard import held, keeping, session, signin, texts
from dashboard.draft import Draft
from dashboard.widgets import blocks

NAME = "save.name"


def control() -> None:
    """The pseudonym, the button, and how the case stands to what was saved of it; nothing for a reader."""
    if not signin.may(Act.SAVED):
        return
    now = session.draft()
    with st.container(key="save-case", gap="xsmall"):
        _made_otherwise(now)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            name = st.text_input(
                texts.cases.NAME,
                key=held.prime(NAME, now.view.setdefault(NAME, keeping.suggested(now))),
                max_chars=64,
                on_change=session.remember,
                args=(NAME,),
                help=texts.cases.NAME_HELP,
                width=220,
            )
            label = texts.cases.SAVE_AGAIN if now.saved else texts.cases.SAVE
            if st.button(label, icon=":material/bookmark_add:", disabled=now.run is not None):
                with st.spinner(texts.cases.SAVING):
                    done = keeping.save(now, session.models(), name)
                if done:
                    del now.view[NAME]
                    held.forget_widgets("save.")
                st.rerun()
        if now.refusal:
            st.error(now.refusal)
        _state(now)


def _state(now: Draft) -> None:
    if now.saved is None:
        blocks.note(texts.cases.NOT_SAVED)
    else:
        blocks.note(texts.cases.saved(now.case_id, now.saved.at, keeping.is_changed(now)))
    if now.awaits_assessment:
        blocks.note(texts.cases.MASK_NOT_ASSESSED)


def _made_otherwise(now: Draft) -> None:
    """Where other versions made a saved case: which, and the way to have all from those of now."""
    differing = keeping.other_versions(now, session.models())
    if not differing or now.run is not None:
        return
    st.warning(texts.literal(texts.cases.made_otherwise(differing)))
    if now.assessed is not None and st.button(texts.cases.ASSESS_AGAIN, icon=":material/neurology:"):
        try:
            session.assess_again()
        except InputError as error:
            now.message = texts.plain(error)
        st.rerun()
