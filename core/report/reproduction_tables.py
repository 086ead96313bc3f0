"""The tables of the reproduction report."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.report.html import Html, inline, table
from core.studies.contradictions import Contradiction
from core.studies.group_survival import AT_RISK_MONTHS, CUTS, GROUPS, HORIZON_PLACES, cut
from core.studies.json_parts import Json
from core.studies.landmark import STARTS
from core.studies.published_figures import COHORT_SIZE, GROUP_SURVIVAL, MODEL_NAMES, MODELS, REFERENCE, auc, de_long_p
from core.studies.ranges import Ranged
from core.studies.reproduce import CohortFigures, Reproduction
from core.studies.reproduction_document import YEARS, NearestReading
from core.studies.table3 import READINGS

NOTHING = "–"
_SHORT = ("12 months", "36 months", "60 months", "Status")
_PLACES = {"Table 3": "", "Results": " R", "Discussion": " D"}


def group_survival(reproduction: Reproduction) -> Html:
    """Printed and reproduced survival of the risk groups of the training cohort, at both cuts."""
    curve, rows = reproduction.figures["training"].curve, []
    for i, model in enumerate(MODELS):
        for k, group in enumerate(GROUPS):
            for h, place in enumerate(HORIZON_PLACES.tolist()):
                printed = GROUP_SURVIVAL[model, group][h].value
                cells = [f"{MODEL_NAMES[model]}, {group} risk, {YEARS[h]}", f"{100 * printed:.1f}"]
                for j in range(len(CUTS)):
                    figure = curve.at(i, j, k, place)
                    cells += [_percent(figure), f"{100 * (figure[0] - printed):+.1f}"]
                rows.append(cells)
    header = ["Survival, %", "Printed", "Effective cut", "Residual", "Published cut", "Residual"]
    return table(header, rows, "Training cohort: expectation (range of cohorts of 489); residuals in percentage points")


def cuts(reproduction: Reproduction) -> Html:
    """The cuts, and the share of patients above each."""
    share = reproduction.figures["training"].share_high
    rows = [
        [f"{MODEL_NAMES[model]}, {name} cut", f"{cut(reproduction.nomograms[model], name):g}", _percent(share.at(i, j))]
        for i, model in enumerate(MODELS)
        for j, name in enumerate(CUTS)
    ]
    return table(["Cut on the linear predictor", "Value", "Patients at high risk, %"], rows)


def at_risk(figures: CohortFigures, cohort: str, model: str) -> Html:
    """Numbers at risk, expected in a cohort of that size, and the log-rank test, by cut."""
    i, n = MODELS.index(model), COHORT_SIZE[cohort]
    rows = []
    for j, name in enumerate(CUTS):
        for k, group in enumerate(GROUPS):
            numbers = [f"{n * share:.0f}" for share in figures.at_risk.value[i, j, k]]
            rows.append([f"{group} risk, {name} cut", *numbers, _p(figures.log_rank_p.value[i, j]) if k == 0 else ""])
    header = ["Number at risk, months", *(f"{months:g}" for months in AT_RISK_MONTHS), "Log-rank p"]
    return table(header, rows)


def table3(figures: CohortFigures, cohort: str) -> Html:
    """AUC of the eight models in one cohort, as printed and by each reading."""
    rows = []
    for i, (model, name) in enumerate(MODEL_NAMES.items()):
        printed = [_unbroken(f"{one.value:g}{_PLACES[_place(one.where)]}") for one in auc(model, cohort)]
        readings = [_two(figures.auc.at(i, j)) for j in range(len(READINGS))]
        rows.append([_unbroken(name), Html(" ".join(printed)), *readings])
    caption = (
        f"AUC in the {cohort} cohort: printed in Table 3 (R: in the text of the results, D: in the discussion) and by "
        f"reading, expectation with the range of cohorts of {COHORT_SIZE[cohort]}"
    )
    return table(["Model", "Printed", *_SHORT], rows, caption, text_columns=(0, 1))


def p_values(figures: CohortFigures, cohort: str) -> Html:
    """P values of the AUC against the nomogram that Table 3 names, in one cohort."""
    rows = []
    for i, (model, name) in enumerate(MODEL_NAMES.items()):
        printed = de_long_p(model, cohort)
        if printed is not None:
            shown = f"{'< ' if printed.below else ''}{printed.value:g}"
            p = [_p_range(figures.auc_p.at(i, j)) for j in range(len(READINGS))]
            rows.append([_unbroken(name), REFERENCE[model], shown, *p])
    caption = (
        f"P of the AUC against a nomogram in the {cohort} cohort: printed, and median with the range of cohorts of "
        f"{COHORT_SIZE[cohort]}"
    )
    return table(["Model", "Against", "Printed", *_SHORT], rows, caption, text_columns=(0, 1))


def nearest(readings: Iterable[NearestReading]) -> Html:
    """Which reading lies nearest to each printed AUC."""
    rows = []
    for one in readings:
        printed = [f"{one.printed.value:g}", _place(one.printed.where)]
        rows.append([MODEL_NAMES[one.model], one.cohort, *printed, one.reading, f"{one.residual:+.3f}"])
    header = ["Model", "Cohort", "Printed AUC", "Where", "Nearest reading", "Residual"]
    return table(header, rows, "", text_columns=(0, 1, 3, 4))


def landmark(reproduction: Reproduction) -> Html:
    """The postoperative nomogram counted from the first HAIC and from the landmarks."""
    found, rows, later = reproduction.landmark, [], []
    for i, start in enumerate(STARTS):
        value, low, high = (float(np.exp(number)) for number in found.log_hr.at(i))
        index = [_three(found.concordance.at(i, j)) for j in range(2)]
        rows.append([start, _percent(found.share.at(i)), *index, _three((value, low, high))])
        later.append([start, *(_three(found.auc.at(i, h)) for h in range(len(YEARS)))])
    header = [
        "Counted from",
        "Patients, %",
        "Concordance, post",
        "Concordance, pre",
        "Hazard ratio per session, fitted",
    ]
    times = ["Counted from", *(f"{years} from the first HAIC" for years in YEARS)]
    return Html(
        table(header, rows, "Training cohort: expectation (range of cohorts of 489)")
        + table(times, later, "AUC of the postoperative nomogram")
    )


def everything(document: list[Json]) -> Html:
    """Every row of reproduce.json."""
    keys = ("published", "reproduced", "low", "high", "residual")
    rows = [[row["quantity"], row["cohort"], *(_number(row[key]) for key in keys)] for row in document]
    header = ["Quantity", "Cohort", "Published", "Reproduced", "Low", "High", "Residual"]
    return table(header, rows, "", text_columns=(0, 1))


def contradictions(rows: Iterable[Contradiction]) -> Html:
    """The paper's contradictions, every one."""
    cells = [[str(row.number), row.printed, row.against or NOTHING, row.read_as] for row in rows]
    return table(["Number", "Printed", "Against", "Read here as"], cells, "", text_columns=(0, 1, 2, 3))


def ranged_text(figures: Ranged, *place: int) -> str:
    """A figure with its range, three decimals."""
    return _three(figures.at(*place))


def _place(where: str) -> str:
    return where.split(",")[0]


def _unbroken(name: str) -> Html:
    return Html(f'<span style="white-space: nowrap">{inline(name)}</span>')


def _two(figure: tuple[float, float, float]) -> str:
    return f"{figure[0]:.3f} ({figure[1]:.2f}–{figure[2]:.2f})"


def _three(figure: tuple[float, float, float]) -> str:
    value, low, high = (f"{number + 0.0:.3f}".replace("-0.000", "0.000") for number in figure)
    return f"{value} ({low}{' to ' if low.startswith('-') else '–'}{high})"


def _percent(figure: tuple[float, float, float]) -> str:
    value, low, high = (100 * number for number in figure)
    return f"{value:.1f} ({low:.1f}–{high:.1f})"


def _p(p: float) -> str:
    if np.isnan(p):
        return NOTHING
    return f"{p:.3f}" if p >= 0.001 else f"{p:.0e}"


def _p_range(figure: tuple[float, float, float]) -> str:
    return f"{_p(figure[0])} ({_p(figure[1])}–{_p(figure[2])})"


def _number(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:.1e}" if 0 < abs(value) < 0.0005 else f"{value:.3f}"
