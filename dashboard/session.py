"""What one browser session holds; the only place of st.session_state and st.cache_*.

A patient's images and values live in the session's Draft and nowhere else: no cache keeps them, and they go when the
session goes. Cached across sessions are only the models and the demo case, which is procedural and belongs to nobody.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from core.case import Case, ClinicalRecord, LiverMask, Notice, Phase
from core.errors import ArtefactError, HaicError, InputError
from core.findings import Assessment, Criterion, Prognosis, Scores
from dashboard import texts

if TYPE_CHECKING:
    from core.io.series import Series
    from core.models import ModelSet
    from core.survival.published import Nomogram

DEMO_VARIABLE = "HAIC_NOMOGRAM_DEMO"
DEMO_SEED = 0
DEMO_ID = "Demo case"
ZIP_HEAD = b"PK\x03\x04"
WIDGETS = ("clinical.", "live.", "view.", "upload.", "role.")
Model = Literal["pre", "post"]
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Run:
    """One assessment under way in the worker thread.

    Attributes:
        started: (step, seconds since the clock's origin) of every step begun so far, in order.
        share: share of the steps done.
    """

    future: Future[Assessment] | None = None
    started: list[tuple[str, float]] = field(default_factory=list)
    share: float = 0.0
    ended: float | None = None

    def progress(self, step: str, share: float) -> None:
        """What `core.pipeline.assess` calls when a step begins."""
        self.started.append((step, time.monotonic()))
        self.share = share

    @property
    def done(self) -> bool:
        """True once there is a result or an error."""
        return self.future is not None and self.future.done()

    def seconds_by_step(self) -> list[tuple[str, float]]:
        """Duration of every step begun, the last one still growing."""
        ends = [at for _, at in self.started[1:]] + [self.ended or time.monotonic()]
        return [(step, end - at) for (step, at), end in zip(self.started, ends, strict=True)]


@dataclass(eq=False)
class Draft:
    """All that one session knows.

    Attributes:
        case_id: a pseudonym made up here.
        clinical: the form's values by field name; absent or None is unknown.
        mtm, dlr: scores given by hand, None to use the models'.
        series: the images read so far; roles: what each is used as, None for not used.
        mask: a liver mask of the user's own.
        assessment: the last result of these images, None until there is one.
        message: one sentence about what could not be used, "" if all is well.
        uploads: counts the uploads taken in, so that the drop zone is emptied after each.
        view: how the pictures are looked at (slice by plane, heads, windows), by name.
    """

    case_id: str
    clinical: dict[str, Any] = field(default_factory=dict)
    mtm: float | None = None
    dlr: float | None = None
    series: list[Series] = field(default_factory=list)
    roles: list[Phase | None] = field(default_factory=list)
    mask: LiverMask | None = None
    mask_notices: tuple[Notice, ...] = ()
    assessment: Assessment | None = None
    run: Run | None = None
    message: str = ""
    uploads: int = 0
    view: dict[str, Any] = field(default_factory=dict)

    def record(self) -> ClinicalRecord:
        """The form as a ClinicalRecord.

        Raises:
            InputError: if two values contradict each other.
        """
        return ClinicalRecord(**self.clinical)

    def forget_images(self) -> None:
        """Drop the images and all that was made from them; what was typed stays."""
        self.series, self.roles, self.mask, self.mask_notices = [], [], None, ()
        self.assessment, self.run, self.view = None, None, {}

    def use(self, number: int, role: Phase | None) -> None:
        """Use a series as `role`; what was made from the old choice is dropped."""
        if self.roles[number] is not role:
            self.roles[number] = role
            self.mask, self.mask_notices, self.assessment = None, (), None

    def chosen(self, phase: Phase) -> list[Series]:
        """The series that are used as `phase`."""
        return [series for series, role in zip(self.series, self.roles, strict=True) if role is phase]


@dataclass(frozen=True)
class Outlook:
    """What the prognosis page draws: the assessment's last step, with or without images."""

    clinical: ClinicalRecord
    scores: Scores
    pre: Prognosis | None
    post: Prognosis | None
    criteria: tuple[Criterion, ...]
    warnings: tuple[Notice, ...]


def new_case_id() -> str:
    """A pseudonym that says nothing about anybody."""
    return f"Case {secrets.token_hex(2).upper()}"


def draft() -> Draft:
    """This session's draft."""
    if "draft" not in st.session_state:
        st.session_state["draft"] = Draft(new_case_id())
    found: Draft = st.session_state["draft"]
    return found


def prime(key: str, value: Any) -> str:
    """Give the widget `key` its value unless it has one; returns the key."""
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def put(key: str, value: Any) -> None:
    """Set a widget's value; only before the widget is drawn, or in a callback."""
    st.session_state[key] = value


def take_over(prefix: str, values: dict[str, Any]) -> None:
    """Put what the widgets `prefix` + name hold into `values`, before they are drawn."""
    for key in st.session_state:
        if str(key).startswith(prefix):
            values[str(key).removeprefix(prefix)] = st.session_state[key]


def know_page(page: Any) -> None:
    """Keep a page by its title, for st.switch_page."""
    st.session_state[f"page.{page.title}"] = page


def page(title: str) -> Any:
    """The page of that title."""
    return st.session_state[f"page.{title}"]


def get(key: str) -> Any:
    """A widget's value, None if it is not drawn."""
    return st.session_state.get(key)


def forget_widgets(prefix: str) -> None:
    """Let all widgets whose key begins with `prefix` take their values from the draft again."""
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]


def theme() -> Literal["light", "dark"]:
    """The theme the browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


@st.cache_resource(show_spinner=False)
def models() -> ModelSet:
    """The models of the weights folder, each loaded on first use.

    Raises:
        ArtefactError: if there is no such folder.
    """
    from core.models import load_models

    return load_models()


@st.cache_resource(show_spinner=False)
def _worker() -> ThreadPoolExecutor:
    """One assessment at a time: two would need twice the memory and finish no sooner."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="assess")


@st.cache_resource(show_spinner=False)
def _demo_run() -> Run:
    """The demo case under assessment, once for the whole server: it is procedural and belongs to nobody."""
    return _submit(_demo_case)


def _demo_case() -> Case:
    from core.simulate.phantom import demo_case

    made = demo_case(DEMO_SEED)
    return Case(DEMO_ID, made.arterial, made.portal_venous, made.clinical)


def missing(model: Model, found: Outlook) -> list[str]:
    """Names of the inputs that the model still needs."""
    from core.survival.prognoses import model_inputs

    inputs = model_inputs(found.clinical, found.scores)
    return [name for name in nomogram(model).names if inputs[name] is None]


def nomogram(model: Model) -> Nomogram:
    """One of the two published models."""
    found: Nomogram = getattr(models(), model)
    return found


def steps() -> tuple[str, ...]:
    """The names of an assessment's steps, in order."""
    from core.pipeline import STEPS

    return STEPS


def _submit(make_case: Callable[[], Case]) -> Run:
    from core.pipeline import assess

    run, loaded = Run(), models()

    def work() -> Assessment:
        try:
            return assess(make_case(), loaded, run.progress)
        finally:
            run.ended = time.monotonic()

    run.future = _worker().submit(work)
    return run


def open_demo() -> None:
    """Put the demo case in place of what the session holds, and assess it."""
    now = Draft(DEMO_ID)
    st.session_state["draft"] = now
    for prefix in WIDGETS:
        forget_widgets(prefix)
    try:
        if _failed(_demo_run()):
            _demo_run.clear()
        now.run = _demo_run()
    except ArtefactError as error:
        now.case_id, now.message = new_case_id(), str(error)


def _failed(run: Run) -> bool:
    return run.future is not None and run.future.done() and run.future.exception() is not None


def open_demo_once() -> None:
    """The demo case on opening, where the environment asks for it."""
    if os.environ.get(DEMO_VARIABLE) == "1" and "draft" not in st.session_state:
        open_demo()


def start_over() -> None:
    """An empty case; nothing of the old one stays in the session."""
    st.session_state["draft"] = Draft(new_case_id())
    for prefix in WIDGETS:
        forget_widgets(prefix)


def start_assessment() -> None:
    """Assess the draft's images in the worker thread.

    Raises:
        InputError: if a phase is missing or chosen twice, or clinical values contradict each other.
    """
    from core.io.series import check_one_patient, confirmed

    now = draft()
    arterial, portal_venous = (confirmed(_only(now, phase), phase) for phase in (Phase.ARTERIAL, Phase.PORTAL_VENOUS))
    check_one_patient(arterial, portal_venous)
    case = Case(
        case_id=now.case_id,
        arterial=arterial.volume,
        portal_venous=portal_venous.volume,
        clinical=now.record(),
        liver_mask=now.mask,
        mtm=now.mtm,
        dlr=now.dlr,
        notes=(*arterial.notices, *portal_venous.notices, *now.mask_notices),
    )
    now.run, now.message = _submit(lambda: case), ""


def _only(now: Draft, phase: Phase) -> Series:
    found = now.chosen(phase)
    if len(found) != 1:
        raise InputError(f"{texts.PHASE_NAMES[phase].lower()} phase: expected one series, got {len(found) or 'none'}")
    return found[0]


def collect() -> None:
    """Take over the result of a finished run: the assessment, or one sentence."""
    now = draft()
    if now.run is None or now.run.future is None or not now.run.done:
        return
    error = now.run.future.exception()
    if error is None:
        now.assessment = now.run.future.result()
        if now.case_id == DEMO_ID and all(value is None for value in now.clinical.values()):
            now.clinical = now.assessment.clinical.known()
            forget_widgets("clinical.")
    else:
        now.message = str(error) if isinstance(error, HaicError) else texts.FAULT
        _log.error("assessment failed: %s", type(error).__name__, exc_info=error)
    now.run = None


def outlook() -> Outlook:
    """The prognosis for the draft as it stands now; images are not looked at again.

    Raises:
        InputError: if clinical values contradict each other.
        ArtefactError: if the nomogram's weights are missing.
    """
    from core.inclusion import check_inclusion
    from core.pipeline import image_scores
    from core.survival.prognoses import prognoses

    now, loaded = draft(), models()
    clinical, made = now.record(), current()
    if made is not None:
        return Outlook(clinical, made.scores, made.pre, made.post, made.criteria, made.warnings)
    scores, _, score_notices = image_scores(None, loaded, clinical, now.mtm, now.dlr)
    pre, post, notices = prognoses(loaded.pre, loaded.post, clinical, scores)
    return Outlook(clinical, scores, pre, post, check_inclusion(clinical), (*score_notices, *notices))


def current() -> Assessment | None:
    """The assessment with the form and the scores as they stand now; as assessed, while the form contradicts itself."""
    from core.pipeline import update

    now = draft()
    if now.assessment is None:
        return None
    try:
        return update(now.assessment, models(), now.record(), now.mtm, now.dlr)
    except InputError:
        return now.assessment


def model_scores() -> Scores:
    """The scores that the models give the images, whatever was set by hand; unknown without images."""
    from core.pipeline import image_scores

    now = draft()
    if now.assessment is None or now.assessment.evidence is None:
        return Scores()
    return image_scores(now.assessment.evidence, models(), now.record())[0]


def read_uploads(contents: Sequence[bytes | memoryview]) -> list[Series]:
    """The series in the uploaded files; they lie in a folder only this user can read, gone when this returns.

    Every zip is read by itself, all other files together, as the slices of a DICOM series belong together.

    Raises:
        InputError: in one sentence, if a file cannot be used.
    """
    from core.io.series import read_series

    with tempfile.TemporaryDirectory(prefix="haic-upload-") as folder:
        loose = Path(folder, "files")
        loose.mkdir()
        sources = []
        for number, content in enumerate(contents, start=1):
            zipped = bytes(content[:4]) == ZIP_HEAD
            path = Path(folder, f"{number}.zip") if zipped else loose / f"{number:06d}"
            path.write_bytes(content)
            sources += [path] if zipped else []
        if any(loose.iterdir()):
            sources.insert(0, loose)
        return [series for source in sources for series in read_series(source, "image series")]


def read_uploaded_mask(content: bytes | memoryview) -> None:
    """Take a liver mask for the chosen portal-venous series into the draft; raises InputError if it does not fit."""
    from core.io.masks import read_mask

    now = draft()
    reference = _only(now, Phase.PORTAL_VENOUS).volume.geometry
    arterial = now.chosen(Phase.ARTERIAL)
    with tempfile.TemporaryDirectory(prefix="haic-upload-") as folder:
        path = Path(folder, "mask")
        path.write_bytes(content)
        now.mask, now.mask_notices = read_mask(path, reference, arterial[0].volume.geometry if arterial else None)
        now.assessment = None


def add_series(found: Sequence[Series]) -> None:
    """Put newly read series beside those already there; an older result no longer belongs to them."""
    now = draft()
    now.series, now.assessment, now.run, now.view = [*now.series, *found], None, None, {}
    now.mask, now.mask_notices = None, ()
    now.roles = propose_roles(now.series)
    if now.case_id == DEMO_ID:
        now.case_id = new_case_id()


def propose_roles(found: Sequence[Series]) -> list[Phase | None]:
    """Each phase once: to the series that surely has it, then to one that may, then to the first one left."""
    roles: list[Phase | None] = [None] * len(found)
    ranked = sorted(range(len(found)), key=lambda number: not found[number].proposal.certain)
    wanted = [Phase.ARTERIAL, Phase.PORTAL_VENOUS]
    for number in ranked:
        if found[number].proposal.phase in wanted:
            roles[number] = found[number].proposal.phase
            wanted.remove(found[number].proposal.phase)
    free = [number for number, role in enumerate(roles) if role is None]
    for number, phase in zip(free, wanted, strict=False):
        roles[number] = phase
    return roles


def load_record(content: bytes) -> None:
    """Fill the form from a clinical.json; raises InputError in one sentence if it cannot be used."""
    from core.io.clinical import parse_clinical_text

    draft().clinical = parse_clinical_text(content).known()
    forget_widgets("clinical.")


def record_json() -> str:
    """The form as clinical.json; unknown values are left out."""
    known = {name: value for name, value in draft().clinical.items() if value is not None}
    return json.dumps(known, indent=1, ensure_ascii=False) + "\n"
