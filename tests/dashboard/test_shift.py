"""What moved it, as the page shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.survival.shift import InputShare, Shift, shift
from dashboard.figures.shift_bars import shift_bars
from dashboard.texts import shift as words
from tests.dashboard import builders

PATIENT = {"pvtt": 1.0, "response": 1.0, "haic_sessions": 4.0, "mtm": 0.62, "dlr": 0.6}


def found(**changes: float) -> Shift:
    return shift(builders.models().pre, builders.models().post, PATIENT | changes)


def html(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([1.0, 2.0, 3.0, 4.0]))
def test_numbers_shown_add_up_and_are_near_the_exact_ones(mtm: float, dlr: float, sessions: float) -> None:
    now = found(mtm=mtm, dlr=dlr, haic_sessions=sessions)
    total, shown = words.tenths(now)
    assert sum(shown) == total == round(1000 * now.post) - round(1000 * now.pre)
    assert all(abs(1000 * part - number) < 1.01 for part, number in zip(words.parts(now), shown, strict=True))


def test_rounding_goes_to_the_part_it_cut_most() -> None:
    shares = (InputShare("pvtt", 0.01249, 0.0), InputShare("dlr", 0.01245, 0.0))
    total, shown = words.tenths(Shift(36, 0.4, 0.42494, 0.0, shares))
    assert (total, shown) == (25, [0, 13, 12])


def test_bars_run_from_one_answer_to_the_other() -> None:
    now = found()
    table = shift_bars(now)
    bars = [
        (float(left), float(width)) for left, width in re.findall(r'class="\w+" style="left:(.*?)%;width:(.*?)%', table)
    ]
    marks = [float(left) for left in re.findall(r'<u style="left:(.*?)%', table)]
    assert len(bars) == 6
    assert min(abs(marks[0] - left) for left in (bars[0][0], sum(bars[0]))) < 0.02
    assert min(abs(marks[1] - left) for left in (bars[-1][0], sum(bars[-1]))) < 0.02
    assert f"{100 * now.pre:.1f} %" in table
    assert all(
        name in table for name in ("The model itself", "PVTT", "HAIC sessions", "Objective response", "DLR score")
    )
    assert re.search(r"after [−+]\d+\.\d, before [−+]\d+\.\d", table)


def test_the_page_shows_it_once_both_answers_are_there(open_page: Callable[..., AppTest]) -> None:
    page = open_page("prognosis", builders.assessment())
    assert 'class="shift"' in html(page)
    assert any("percentage points" in element.value for element in page.markdown)
    before = replace(builders.CLINICAL, response=None)
    assert 'class="shift"' not in html(open_page("prognosis", builders.assessment(before)))
