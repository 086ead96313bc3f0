"""What a browser session holds; with held.py the only place of st.session_state and st.cache_*.

A patient's images and values live in the session's Draft and nowhere else: no cache keeps them, and they go when the
session goes. Cached across sessions are only the models and the demo case, which is procedural and belongs to nobody.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from core.findings import Assessment, Scores
from core.registry.audit_chain import Act
from dashboard import held, keeping, signin, texts, work
from dashboard import outlook as outlooks
from dashboard.correction import standing
from dashboard.draft import Draft, Model
from dashboard.lesson import Lesson
from dashboard.outlook import Outlook
from dashboard.runs import DEMO_ID, Run
from dashboard.uploads import Shelf

if TYPE_CHECKING:
    from core.case import Case
    from core.models import ModelSet
    from core.survival.model import Nomogram

DEMO_VARIABLE = "HAIC_NOMOGRAM_DEMO"
WIDGETS = ("clinical.", "live.", "view.", "upload.", "role.", "own.", "save.", "pins.")


def draft() -> Draft:
    """This session's draft, of the group at work; where a sign-in has ended meanwhile, the page is drawn anew."""
    if signin.visit().me is None:
        st.rerun()
    found: Draft = st.session_state.setdefault("draft", Draft())
    return found


def replace_draft(new: Draft) -> None:
    """Put another draft in place of the session's; nothing of the old one stays."""
    old = draft()
    new.desk = new.desk or old.desk
    if old.run is not None and old.run is not new.run and not old.run.shared:
        old.run.cancel()
    shelf().loaded = new.nomogram = shelf().loaded or new.nomogram
    st.session_state["draft"] = new
    held.forget_widgets(*WIDGETS)


def enter(group: str) -> None:
    """Go to the cases of another group; what is at work stays with its own. A callback."""
    drafts = st.session_state.setdefault("drafts", {})
    drafts[signin.me().group] = draft()
    st.session_state[signin.GROUP] = group
    st.session_state["draft"] = drafts.pop(group, None) or Draft()
    held.forget_widgets(*WIDGETS)


def drafts() -> list[Draft]:
    """All that this session holds: the draft of the group at work, and those of groups it came from."""
    found = [st.session_state.get("draft"), *st.session_state.get("drafts", {}).values()]
    return [one for one in found if one is not None]


def desk() -> str:
    """Under which name things of the group at work are kept for this browser, or for this session while no browser has
    said who it is: where storage is forbidden, none ever does.
    """
    own: str = st.session_state.setdefault("desk", token_hex(16))
    found = draft().desk or f"{own}{signin.me().key}"
    st.session_state.setdefault("desks", set()).add(found)
    return found


def desks() -> set[str]:
    """Under which names this session has kept anything, of any group."""
    return {*st.session_state.get("desks", ()), *(one.desk for one in drafts() if one.desk)}


def shelf() -> Shelf:
    """This session's own nomogram; a new case leaves it where it is."""
    found: Shelf = st.session_state.setdefault("shelf", Shelf())
    return found


def lesson() -> Lesson:
    """What this session learns; a new case leaves it where it is."""
    found: Lesson = st.session_state.setdefault("lesson", Lesson())
    return found


def put_own(content: bytes | None) -> None:
    """Load the nomogram of a nomogram.json, or take it away (None); a file that cannot be used changes nothing."""
    if shelf().take(content):
        draft().nomogram, draft().own = shelf().loaded, {}
        draft().pins = [pin for pin in draft().pins if pin.shown.prognosis.model != "own"]  # of another nomogram
        held.forget_widgets("own.")


def remember(key: str) -> None:
    """Keep what the reader chose, beyond the page; a callback."""
    draft().view[key] = st.session_state[key]


def recall(key: str, otherwise: Any, offered: Sequence[Any] | None = None) -> str:
    """Give the widget `key` what the reader chose, or else `otherwise`, also if it is no longer offered."""
    chosen = draft().view.get(key, otherwise)
    return held.put(key, chosen if offered is None or chosen in offered else otherwise)


def know_page(page: Any) -> None:
    """Keep a page by its title, for st.switch_page."""
    st.session_state[f"page.{page.title}"] = page


def page(title: str) -> Any:
    """The page of that title."""
    return st.session_state[f"page.{title}"]


def theme() -> Literal["light", "dark"]:
    """The theme the browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


@st.cache_resource(show_spinner=False)
def models() -> ModelSet:
    """The models of the weights folder, each loaded on first use.

    Raises:
        ArtefactError: if weights are missing or were changed.
    """
    from core.models import load_models

    return load_models()


@st.cache_resource(show_spinner=False)
def _demo_run() -> Run:
    """The demo case under assessment, once for the whole server: it is procedural and belongs to nobody."""
    return work.assess(None)


def open_demo() -> None:
    """Put the demo case in place of what the session holds, and assess it."""
    replace_draft(Draft(DEMO_ID, run=_demo()))


def _demo() -> Run:
    """The demo case's run; one that failed or was stopped is tried again."""
    if _demo_run().cancelled or _demo_run().error is not None:
        _demo_run.clear()
    return _demo_run()


def open_demo_once() -> None:
    """The demo case on opening, where the environment asks for it."""
    if os.environ.get(DEMO_VARIABLE) == "1" and "draft" not in st.session_state:
        open_demo()


def start_assessment() -> None:
    """Assess the draft's images in a worker.

    Raises:
        InputError: if a phase is missing or chosen twice, clinical values contradict each other, or there can never be
            memory enough.
    """
    _assess(draft().case())


def assess_correction() -> None:
    """Assess the images again with the mask as it was changed by hand; the old result stays until the new one is there.

    Raises:
        InputError: if nothing was changed, or clinical values contradict each other.
    """
    now = draft()
    case, old = now.corrected(), current()
    _assess(case, "mask corrected")
    now.before = None if old is None else standing(old)


def assess_again() -> None:
    """Assess the images once more, as of a case that other versions assessed; raises InputError as the draft does."""
    _assess(draft().again(), "again")


def _assess(case: Case, what: str = "") -> None:
    now = draft()
    work.check(case)
    keeping.note(now, models(), Act.ASSESSED, what)
    now.run, now.message = work.assess(case), ""


def stop_assessment() -> None:
    """Stop what is being assessed; everything typed and the last result stay. A callback."""
    now = draft()
    if now.run is not None:
        run, now.run, now.message = now.run, None, ""
        run.cancel()


def collect() -> None:
    """Take over the result of a finished run: the assessment, or one sentence."""
    now = draft()
    if now.run is None or not now.run.done:
        return
    run, now.run = now.run, None
    if run.cancelled:
        now.run = _demo() if run.shared else None  # another page stopped it for all
        return
    if (error := run.error) is not None:
        now.message = texts.work.why(error)  # the workers have logged where it was
        return
    now.assessment, now.assessed = run.future.result(), run.case
    if now.is_demo and all(value is None for value in now.clinical.values()):
        load_record(now.assessment.clinical.known())


def load_record(values: dict[str, Any]) -> None:
    """Put clinical values into the form in place of its own."""
    draft().clinical = values
    held.forget_widgets("clinical.")


def outlook() -> Outlook:
    """The prognosis for the draft as it stands now; raises InputError while clinical values contradict each other."""
    return outlooks.outlook(draft(), models())


def current() -> Assessment | None:
    """The draft's assessment with the form and the scores as they stand now."""
    return outlooks.current(draft(), models())


def model_scores() -> Scores:
    """The scores that the models give the images, whatever was set by hand."""
    return outlooks.models_say(draft(), models())


def nomogram(model: Model) -> Nomogram:
    """One of the two published models."""
    return models().pre if model == "pre" else models().post
