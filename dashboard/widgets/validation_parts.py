"""The parts of the page Validation. Every figure is one that `haic-nomogram reproduce` prints, or of a model card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.report import reproduction_figures
from core.studies.group_survival import CUTS
from core.studies.published_figures import COHORT_SIZE, MODEL_NAMES, MODELS, auc
from core.studies.reproduce import Reproduction
from core.studies.reproduced import shipped_reproduction
from core.studies.reproduction_document import YEARS, reproduce_document, within_range
from core.studies.table3 import READINGS
from dashboard import session
from dashboard.figures import style
from dashboard.figures.intervals import Interval, Scale, intervals
from dashboard.figures.themed import themed
from dashboard.texts import labels
from dashboard.texts import reproduced as numbers
from dashboard.texts import validation as words
from dashboard.widgets import blocks, frame, model_cards, tables
from dashboard.widgets.choice import one_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


def lead() -> None:
    """The sentence on the whole, and where the figures come from."""
    found = _found()
    if found is None:
        st.warning(words.OTHER_NOMOGRAM)
        return
    blocks.lead(numbers.tally(*within_range(reproduce_document(found))), numbers.how_made(found))


def part(name: str) -> None:
    """Draw the part of that name."""
    alone = {"Built on": _built_on, "Model cards": model_cards.show}
    if name in alone:
        alone[name]()
        return
    drawn: dict[str, Callable[[Reproduction], None]] = {
        "Reproduction": _reproduction,
        "Calibration": _calibration,
        "AUC over time": _auc_over_time,
        "Decision curve": _decision,
        "Staging systems": _staging,
        "Landmark": _landmark,
        "Contradictions": _contradictions,
    }
    found = _found()
    if found is not None:
        drawn[name](found)


def _found() -> Reproduction | None:
    """The reproduction that came with the software; it is read in milliseconds."""
    return shipped_reproduction({model: session.nomogram(model) for model in MODELS})  # type: ignore[arg-type]


def _built_on() -> None:
    frame.section("Whom the model was built on")
    blocks.note(words.BUILT_ON)
    dates = session.models().cards["nomogram"].training.dates
    tables.table(words.COHORT_HEAD, words.cohort_rows(dates), words.SLIPS, words=(0, 4))
    frame.section("Published, derived, assumed")
    nomograms = {model: session.nomogram(model) for model in MODELS}  # type: ignore[arg-type]
    blocks.note(words.counted_tags(nomograms))
    for model, nomogram in nomograms.items():
        frame.section(f"{labels.MODEL_NAMES[model]}: {', '.join(labels.AXIS_NAMES[name] for name in nomogram.names)}")
        left, right = st.columns([1.5, 1], gap="large")
        with left:
            tables.table(words.TERM_HEAD, words.term_rows(nomogram), words=range(5))
        with right:
            tables.table(words.FIGURE_HEAD, words.figure_rows(nomogram), words=range(3))


def _reproduction(found: Reproduction) -> None:
    training = found.figures["training"]
    cut = _one_of("Cut-off", "validation.cut", CUTS, words.CUT_NAMES)
    rows = list(numbers.group_rows(training, cut))
    left, right = st.columns(2, gap="large")
    with left:
        frame.section("Survival of the risk groups, printed and reproduced")
        drawn = [Interval(name, *figures, (printed,)) for name, printed, figures in rows]
        _chart(intervals(drawn, Scale("Survival, %", -2, 100, ".0f"), _colours()), "groups", _described(drawn))
    with right:
        tables.table(numbers.GROUP_HEAD, numbers.group_cells(rows))
    blocks.note(numbers.undershot(found))
    for column, model in zip(st.columns(2, gap="large"), MODELS, strict=True):
        with column:
            frame.section(f"{labels.MODEL_NAMES[model]}: curves of the risk groups, training cohort")
            alt = f"Survival of the low- and high-risk group over 60 months, {MODEL_NAMES[model]}"
            _report(reproduction_figures.group_curves(training, model, True), f"curves-{model}", alt)
    _every_printed_figure(found)


def _every_printed_figure(found: Reproduction) -> None:
    with st.expander("Every figure that the paper prints", key="every-figure"):
        cohort = _cohort("printed")
        cells = numbers.printed_cells(reproduce_document(found), cohort)
        tables.table(numbers.PRINTED_HEAD, cells, words=(0, 1))


def _calibration(found: Reproduction) -> None:
    cohort = _cohort("calibration")
    figures = found.figures[cohort]
    for column, model in zip(st.columns(2, gap="large"), MODELS, strict=True):
        with column:
            frame.section(f"{labels.MODEL_NAMES[model]}: observed against predicted survival")
            alt = f"Observed against predicted survival at 12, 36 and 60 months in fifths, {MODEL_NAMES[model]}"
            _report(reproduction_figures.calibration(figures, model), f"calibration-{model}", alt)
            blocks.note(numbers.slope(figures, model))
    blocks.note(words.BY_CONSTRUCTION)
    blocks.note(words.ONE_LAW)


def _auc_over_time(found: Reproduction) -> None:
    cohort = _cohort("auc")
    frame.section("AUC of the nomograms, clinical models and staging systems over time")
    alt = f"Time-dependent AUC of eight models from 6 to 60 months, {cohort} cohort"
    _report(reproduction_figures.auc_over_time(found.figures[cohort]), "auc", alt)
    blocks.note(f"Bands: 95 % of simulated cohorts of {COHORT_SIZE[cohort]}, for the two nomograms.")
    blocks.note(numbers.undershot(found))
    for sentence in (words.STAGES_SIMULATED, words.ONE_LAW):
        blocks.note(sentence)


def _decision(found: Reproduction) -> None:
    with st.container(horizontal=True, gap="medium"):
        cohort = _cohort("decision")
        years = _one_of("Horizon", "validation.horizon", YEARS, {}, "3 years")
    place = YEARS.index(years)
    figures = found.figures[cohort]
    frame.section(f"Net benefit of acting on a predicted risk of death within {years}")
    alt = f"Net benefit against the threshold of risk at {years}, {cohort} cohort"
    _report(reproduction_figures.decision_curves(figures, place), "decision", alt)
    blocks.note(words.DECISION)
    caption = "Net benefit per 100 patients: expectation; unknown where follow-up does not reach."
    tables.table(numbers.BENEFIT_HEAD, numbers.benefit_cells(figures, place), caption)


def _staging(found: Reproduction) -> None:
    with st.container(horizontal=True, gap="medium"):
        cohort = _cohort("staging")
        reading = _one_of("Reading", "validation.reading", READINGS, {}, READINGS[-1])
    figures = found.figures[cohort]
    frame.section(f"AUC {reading}: nomograms, clinical models, staging systems")
    drawn = [
        Interval(name, *figures.auc.at(place, READINGS.index(reading)), tuple(one.value for one in auc(model, cohort)))
        for place, (model, name) in enumerate(MODEL_NAMES.items())
    ]
    _chart(intervals(drawn, Scale("AUC", 0.4, 1.0, ".2f", 0.5), _colours()), "staging", _described(drawn))
    blocks.note(words.NO_HORIZON)
    blocks.note(words.STAGES_SIMULATED)
    caption = f"{words.COHORT_NAMES[cohort]} cohort, {COHORT_SIZE[cohort]} patients: printed, and reproduced (range)."
    tables.table(numbers.AUC_HEAD, numbers.auc_cells(figures, cohort), caption)


def _landmark(found: Reproduction) -> None:
    frame.section("What it costs that response and sessions are known only later")
    blocks.note(words.LANDMARK)
    index = found.landmark.concordance
    drawn = [Interval(name, *index.at(place, 0)) for place, name in enumerate(numbers.landmark_names())]
    left, right = st.columns([1, 1.4], gap="large")
    with left:
        scale = Scale("C-index of the nomogram after response", 0.6, 0.8, ".2f")
        _chart(intervals(drawn, scale, _colours()), "landmark", _described(drawn))
    with right:
        caption = f"Training cohort: expectation (range of cohorts of {COHORT_SIZE['training']})."
        tables.table(numbers.LANDMARK_HEAD, numbers.landmark_cells(found), caption)
    for sentence in numbers.landmark_points(found):
        blocks.note(sentence)


def _contradictions(found: Reproduction) -> None:
    frame.section(f"Where the paper contradicts itself: {len(found.contradictions)} places")
    blocks.note(words.CONTRADICTIONS)
    tables.table(numbers.CONTRADICTION_HEAD, numbers.contradiction_cells(found), words=range(4))


def _cohort(place: str) -> str:
    return _one_of("Cohort", f"validation.cohort.{place}", tuple(COHORT_SIZE), words.COHORT_NAMES)


def _one_of(label: str, key: str, offered: Sequence[str], names: dict[str, str], first: str | None = None) -> str:
    words = {one: names.get(one, one) for one in offered}
    chosen: str = one_of(label, key, words, first, label_visibility="visible", wrap=True)
    return chosen


def _colours() -> style.Palette:
    return style.palette(session.theme())


def _report(figure: Any, key: str, alt: str) -> None:
    _chart(themed(figure, session.theme()), key, alt)


def _chart(figure: go.Figure, key: str, alt: str) -> None:
    st.plotly_chart(figure, key=f"validation-{key}", config=style.CONFIG, theme=None, alt=alt)


def _described(rows: Sequence[Interval]) -> str:
    """The rows in words, for screen readers."""
    parts = []
    for row in rows:
        printed = "".join(f", printed {value:g}" for value in row.printed)
        parts.append(f"{row.name}: {row.value:.3g}, range {row.low:.3g} to {row.high:.3g}{printed}")
    return "; ".join(parts)
