"""Images and the clinical record from files; the phase of each series as proposed, for correction."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from core.case import Phase
from core.errors import InputError
from dashboard import held, keeping, session, texts, uploads
from dashboard.widgets import blocks
from dashboard.widgets.download import download

NOT_USED = "Not used"


def images() -> None:
    """The drop zone for images, and the series read so far."""
    now = session.draft()
    folder = st.toggle(texts.WHOLE_FOLDER, key="upload.folder")
    dropped = st.file_uploader(
        texts.DROP_FOLDER if folder else texts.DROP_IMAGES,
        accept_multiple_files="directory" if folder else True,
        key=f"upload.images.{now.uploads}.{folder}",
        help=texts.DROP_HELP,
    )
    if dropped:
        _take_images(dropped)
        st.rerun()
    for number, series in enumerate(now.series):
        _one_series(number, series)


def mask() -> None:
    """The drop zone for a liver mask of the user's own."""
    now = session.draft()
    if now.mask is not None:
        blocks.note(texts.MASK_TAKEN)
        if st.button("Remove the mask"):
            now.set_mask(None, ())
            st.rerun()
        return
    number = st.number_input(
        texts.LIVER_NUMBER, 1, 65535, value=None, help=texts.LIVER_NUMBER_HELP, placeholder=texts.FOUND_BY_ITSELF
    )
    dropped = st.file_uploader(texts.DROP_MASK, key=f"upload.mask.{now.uploads}", help=texts.DROP_MASK_HELP)
    if dropped is not None:
        now.uploads += 1
        _tried(lambda: now.set_mask(*uploads.read_liver_mask(dropped.getbuffer(), now, number)))
        st.rerun()


def record() -> None:
    """Load and save clinical.json."""
    now = session.draft()
    dropped = st.file_uploader(texts.DROP_RECORD, type=["json"], key=f"upload.record.{now.uploads}")
    if dropped is not None:
        now.uploads += 1
        _tried(lambda: session.load_record(_values(dropped.getvalue())))
        st.rerun()
    download(
        "Save clinical.json",
        partial(keeping.exported, now, None, "clinical record", now.record_json),
        file_name="clinical.json",
        mime="application/json",
        icon=":material/download:",
    )


def _values(content: bytes) -> dict[str, Any]:
    from core.io.clinical import parse_clinical_text

    return parse_clinical_text(content).known()


def _take_images(dropped: Sequence[Any]) -> None:
    """Read the files; what was typed stays, whatever happens."""
    now = session.draft()
    now.uploads += 1

    def read() -> None:
        with st.spinner(texts.READING, show_time=True):
            found = uploads.read_images([file.getbuffer() for file in dropped], now.key, now.removed)
        now.add_series(found)

    _tried(read)


def _tried(act: Any) -> None:
    """Do it; where the input cannot be used, keep the one sentence that says so."""
    now = session.draft()
    try:
        act()
    except InputError as error:
        now.message = texts.plain(error)
    else:
        now.message = ""


def _one_series(number: int, series: Any) -> None:
    """A series with its proposed phase, the reason and the choice."""
    now = session.draft()
    with st.container(border=True, gap="xsmall"):
        blocks.series(series)
        roles = {texts.PHASE_NAMES[phase]: phase for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS)}
        proposed = next((words for words, phase in roles.items() if phase is now.roles[number]), NOT_USED)
        chosen = st.segmented_control(
            f"Use series {number + 1} as",
            [*roles, NOT_USED],
            key=held.prime(f"role.{now.uploads}.{number}", proposed),
            required=True,
        )
        now.use(number, roles.get(chosen or NOT_USED))
