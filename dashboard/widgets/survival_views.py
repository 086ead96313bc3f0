"""Survival as a curve, as a hundred people, and as three cases: one click apart, the same numbers in each.

Where the screen is large enough the two that were not chosen stand below (style.css shows them).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.findings import Prognosis
from dashboard import session, texts
from dashboard.figures import style
from dashboard.figures.lifetimes import lifetimes
from dashboard.figures.people import people_array
from dashboard.figures.pinned import PinnedCurve
from dashboard.figures.survival_curve import survival_curve
from dashboard.widgets import blocks
from dashboard.widgets.choice import one_of

words = texts.people
VIEWS = (words.CURVE, words.PEOPLE, words.SCENARIOS)
KEY = "live.survival"


def chosen(prognosis: Prognosis, months: float, origin: str, pins: Sequence[PinnedCurve] = ()) -> None:
    """The picker and the view that is chosen.

    Args:
        prognosis: the answer, with any number of horizons.
        months: the horizon that the sentence speaks of, one that lies ahead.
        origin: from what time is counted.
        pins: other curves to draw behind.
    """
    view = one_of(words.VIEW, KEY, {view: view for view in VIEWS}, words.CURVE, width="stretch")
    if view == words.CURVE:
        figure = survival_curve(prognosis, months, style.palette(session.theme()), origin, pins)
        alt = f"{texts.curve_description(prognosis)}." + texts.pins.curves_description(
            {one.name: one.prognosis for one in pins}
        )
        st.plotly_chart(figure, key="curve", config=style.CONFIG, theme=None, alt=alt)
    else:
        _drawn(view, prognosis, months, origin)


def beside(prognosis: Prognosis, months: float, origin: str) -> None:
    """People and cases, if they are not the chosen view; hidden by style.css where the screen is small."""
    with st.container(key="survival-beside", gap="xsmall"):
        for view in VIEWS[1:]:
            if session.draft().view.get(KEY, words.CURVE) != view:
                st.html(f'<h3 class="view">{view}</h3>')
                _drawn(view, prognosis, months, origin)


def _drawn(view: str, prognosis: Prognosis, months: float, origin: str) -> None:
    draw: dict[str, Callable[[Prognosis, float, str], None]] = {words.PEOPLE: _people, words.SCENARIOS: _cases}
    draw[view](prognosis, months, origin)


def _people(prognosis: Prognosis, months: float, origin: str) -> None:
    st.html(people_array((prognosis.os_conditional or prognosis.os)[months], months))


def _cases(prognosis: Prognosis, months: float, origin: str) -> None:
    end = prognosis.curve[-1].time_months
    st.html(lifetimes(words.front(prognosis), end, words.cases(prognosis, end)))
    blocks.note(words.cases_origin(prognosis, origin))
