"""Censoring and immortal time, each by a small simulation with a slider."""

from __future__ import annotations

import streamlit as st

from core.studies.censoring_lesson import END_MONTHS, censoring_lesson
from core.studies.immortal_time import MANY, MOST, Analysis, immortal_time, last_session_months
from dashboard import session, texts
from dashboard.figures import style
from dashboard.figures.group_curves import GroupCurve, Stretch, group_curves
from dashboard.texts import simulations as words
from dashboard.widgets import blocks, lesson_blocks

COLUMNS = (1, 2.4)
FIRST_SEED = 2
DASHES = {"solid": "solid", "dash": "dashed", "dot": "dotted"}
LANDMARKS = {6: "6", 12: "12"}


def censoring() -> None:
    """The same cohort with patients lost, read in five ways."""
    left, right = st.columns(COLUMNS, gap="large")
    with left:
        half = lesson_blocks.slider(words.HALF_LOST, "censoring.half", (6, 60), 6, 24)
        sicker = lesson_blocks.choice(words.SICKER, "censoring.who", words.WHO, width="stretch")
        naive = {name: words.WAY_NAMES[name] for name in ("left_out", "as_dead", "as_alive")}
        compared = lesson_blocks.choice(words.NAIVE, "censoring.naive", naive, wrap=True)
        seed = lesson_blocks.seed("censoring.seed", words.DRAW_AGAIN, FIRST_SEED)
        blocks.note(words.simulated(seed))
    lesson = censoring_lesson(float(half), seed, sicker_first=sicker)
    colours = style.palette(session.theme())
    curves = [
        GroupCurve(words.WAY_NAMES["truth"], lesson.way("truth").curve, colours.muted, "dash"),
        GroupCurve(words.WAY_NAMES["kaplan_meier"], lesson.way("kaplan_meier").curve, colours.curve, band=True),
        GroupCurve(words.WAY_NAMES[compared], lesson.way(compared).curve, colours.patient, "dot"),
    ]
    with right:
        readings = {words.WAY_NAMES[way.name]: way.survival for way in lesson.ways}
        _figure(curves, texts.FIRST_HAIC, readings)
        lesson_blocks.conclusion(words.censoring_conclusion(lesson, sicker_first=sicker))
        lesson_blocks.table(words.CENSORING_HEAD, [words.censoring_row(way) for way in lesson.ways])
        blocks.note(words.KNOWN_AS)


def immortal() -> None:
    """Sessions that do nothing, counted in three ways."""
    left, right = st.columns(COLUMNS, gap="large")
    with left:
        lesson_blocks.conclusion(words.NOTHING)
        weeks = lesson_blocks.slider(words.WEEKS, "immortal.weeks", (1, 8), 1, 4)
        landmark = lesson_blocks.choice(words.LANDMARK, "immortal.landmark", LANDMARKS, width="stretch")
        counting = lesson_blocks.choice(words.COUNTING, "immortal.counting", words.COUNTING_NAMES, wrap=True)
        seed = lesson_blocks.seed("immortal.seed", words.DRAW_AGAIN, FIRST_SEED)
        blocks.note(words.simulated(seed))
    found = {analysis.counting: analysis for analysis in immortal_time(float(weeks), float(landmark), seed)}
    shown = found[counting]
    with right:
        _immortal_figure(shown, weeks)
        lesson_blocks.conclusion(words.immortal_conclusion(found, last_session_months(MOST, weeks)))
        rows = [words.TRUE_RATIO, *(words.immortal_row(analysis) for analysis in found.values())]
        lesson_blocks.table(words.IMMORTAL_HEAD, rows)
        lesson_blocks.table(words.GROUPS_HEAD, [words.group_row(group) for group in shown.groups])
        blocks.note(words.LANDMARK_SOURCE)
        blocks.note(words.IN_THE_PAPER)


def _immortal_figure(shown: Analysis, weeks: float) -> None:
    """Few and many sessions; where they are counted as received, the time in which nobody with many can have died."""
    colours = style.palette(session.theme())
    looks = ((colours.patient, "dash"), (colours.curve, "solid"))
    curves = [
        GroupCurve(words.GROUP_NAMES[group.many], group.curve, colour, dash, band=True)
        for group, (colour, dash) in zip(shown.groups, looks, strict=True)
    ]
    stretch = None
    if shown.counting == "received":
        stretch = Stretch(last_session_months(MANY, weeks), words.immortal_stretch(MANY))
    origin = words.FROM_LANDMARK if shown.counting == "landmark" else texts.FIRST_HAIC
    readings = {words.GROUP_NAMES[group.many]: group.survival for group in shown.groups}
    _figure(curves, origin, readings, stretch)


def _figure(curves: list[GroupCurve], origin: str, readings: dict[str, float], stretch: Stretch | None = None) -> None:
    lesson_blocks.legend([(curve.name, curve.colour, DASHES[curve.dash]) for curve in curves])
    figure = group_curves(curves, style.palette(session.theme()), END_MONTHS, origin, stretch)
    alt = words.curves_description(readings)
    st.plotly_chart(figure, key="learn.curves", config=style.CONFIG, theme=None, alt=alt)
