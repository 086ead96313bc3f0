"""Which nomogram the page Prognosis shows: a published one, or the centre's own where it is loaded."""

from __future__ import annotations

from typing import Literal

from core.case import ClinicalRecord
from dashboard import session, texts
from dashboard.widgets.choice import one_of

Shown = Literal["pre", "post", "own"]
KEY = "live.model"


def own_is_shown() -> bool:
    """Whether the reader chose the centre's own."""
    return session.shelf().loaded is not None and session.draft().view.get(KEY) == "own"


def choose_own() -> None:
    """Choose the centre's own, from another page."""
    session.draft().view[KEY] = "own"


def control(clinical: ClinicalRecord) -> Shown:
    """The control: after response only where that was assessed; a published one unless the reader chose."""
    published = ["pre"] if clinical.response is None else ["pre", "post"]
    names = {model: texts.MODEL_NAMES[model] for model in published}
    if session.shelf().loaded is not None:
        names["own"] = texts.own.MODEL
    chosen: Shown = one_of("Model", KEY, names, published[-1], wrap=True)
    return chosen
