"""The report of `train cohort`: patients, who was left out, how good each score is on unseen patients, the cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.report.html import Section, bullets, definitions, figure, page, paragraph, section, table
from core.report.style import LIGHT, axis, plain
from core.report.traces import Trace, bars, line, numbers
from core.report.traces import figure as drawn
from core.report.wording import interval
from core.studies.image_scores import ScoreFigure
from core.studies.image_training import PAPER_PATIENTS, ImageTraining

SUBJECTS = (
    ("mtm", "MTM score", "AUC with DeLong's 95 % intervals; differences are paired, on the same patients."),
    ("survival", "Survival heads", "AUC of being alive at 12, 24, 36 and 48 months, of who was not censored before."),
    ("prognosis", "Published nomograms with these scores", "Harrell's C; slope 1: risks as far apart as expected."),
)  # fmt: skip
ROW_HEIGHT = 30


def training_report(study: ImageTraining) -> str:
    """A whole HTML document, which asks nothing of any network."""
    scores = [_figures(study, *subject) for subject in SUBJECTS]
    sections = [
        _cohort(study),
        _exclusions(study),
        *(one for one in scores if one is not None),
        *_radiomics(study),
        _learning(study),
        _cost(study),
        _settings(study),
    ]
    return page("Image scores trained on a cohort", sections, _intro(study))


def _intro(study: ImageTraining) -> list[str]:
    parts: list[str] = [paragraph(study.provenance, "warning")] if study.provenance else []
    n, deaths = sum(row.n for row in study.rows), sum(row.deaths for row in study.rows)
    labelled, positive = (sum(getattr(row, name) for row in study.rows) for name in ("labelled", "with_mtm"))
    facts = [
        ("Cohort", study.name),
        ("Dates", study.dates),
        ("Patients", f"{n}; {deaths} deaths; MTM known in {labelled}, present in {positive}"),
        ("Left out", str(len({one.row for one in study.exclusions}))),
    ]
    return [*parts, definitions(facts), *([bullets(study.notices, "warning")] if study.notices else [])]


def _cohort(study: ImageTraining) -> Section:
    rows = [
        [row.split, row.cohort, *map(str, (row.n, row.followed, row.deaths, row.labelled, row.with_mtm))]
        for row in study.rows
    ]
    header = ["Split", "Treatment", "n", "Followed", "Deaths", "MTM known", "With MTM"]
    text = (
        "MTM is learned from patients with histology, survival from patients who were followed. Figures of training "
        "patients come from models that did not see the patient; internal and external patients were not learned from."
    )
    return section("Patients", [paragraph(text), table(header, rows, text_columns=(0, 1))], "patients")


def _exclusions(study: ImageTraining) -> Section:
    if not study.exclusions:
        return section("Left out", "Every patient of the table was used at every stage.", "left-out")
    rows = [[str(one.row), one.stage, one.reason] for one in study.exclusions]
    text = "Rows are counted as a spreadsheet does; the header is row 1."
    body = [paragraph(text), table(["Row", "Stage", "Reason"], rows, text_columns=(0, 1, 2))]
    return section("Left out", body, "left-out")


def _figures(study: ImageTraining, subject: str, title: str, text: str) -> Section | None:
    found = [one for one in study.figures if one.subject == subject]
    if not found:
        return None
    shown = [one for one in found if "minus" not in one.name and "slope" not in one.name]
    rows = [[one.name, one.group, interval(one.value, one.low, one.high), f"{one.n} ({one.events})"] for one in found]
    ends = {"mtm": "with MTM", "survival": "alive", "prognosis": "deaths"}[subject]
    header = ["Figure", "Patients", "Value (95 % interval)", f"n ({ends})"]
    caption = f"{title}: values with 95 % intervals, by group of patients."
    body = [
        paragraph(text),
        figure(_forest(shown, 0.5), caption, title),
        table(header, rows, text_columns=(0, 1)),
    ]
    return section(title, body, subject)


def _forest(shown: Sequence[ScoreFigure], chance: float) -> Any:
    """A row per figure with its limits."""
    rows = list(range(len(shown), 0, -1))
    value, low, high = (
        np.array([np.nan if getattr(one, name) is None else getattr(one, name) for one in shown])
        for name in ("value", "low", "high")
    )
    names = [plain(f"{one.name.removeprefix('AUC, ')}, {one.group}") for one in shown]
    points: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(value),
        "y": rows,
        "text": names,
        "marker": {"size": 9, "color": LIGHT.first},
        "error_x": bars(value, low, high, LIGHT.first),
        "hovertemplate": "%{text}: %{x:.3f}<extra></extra>",
    }
    lowest = float(np.nanmin(np.append(low, chance)))
    x = axis("Value", range=[max(lowest - 0.03, 0.0), 1.02], tickformat=".1f")
    y = axis("", tickvals=rows, ticktext=names, range=[0.5, len(rows) + 0.5], automargin=True)
    return drawn([points], 0, x, y, 90 + ROW_HEIGHT * len(rows))


def _radiomics(study: ImageTraining) -> list[Section]:
    """Classifiers side by side, and how many features came back; nothing where radiomics was not trained."""
    if not study.classifiers:
        return []
    rows = [
        [
            str(one["classifier"]),
            f"{one['n']} ({one['positives']})",
            interval(one["auc"], one["low"], one["high"]),
            "" if one["difference"] is None else _difference(one),
        ]
        for one in study.classifiers
    ]
    text = "AUC for MTM out of fold, features selected inside the folds, with DeLong's 95 % intervals. XGBoost is used."
    header = ["Classifier", "n (with MTM)", "AUC (95 % interval)", "XGBoost minus this one"]
    body = [paragraph(text), table(header, rows, text_columns=(0,))]
    if study.robustness:
        body.append(paragraph(_came_back(study.robustness)))
    return [section("Radiomics", body, "radiomics")]


def _difference(one: Mapping[str, Any]) -> str:
    found = interval(one["difference"], one["difference_low"], one["difference_high"])
    return found if one["p"] is None else f"{found}, p = {one['p']:.3f}"


def _came_back(robustness: Mapping[str, Any]) -> str:
    classes = ", ".join(f"{name} {one['kept']}/{one['of']}" for name, one in robustness["kept_by_class"].items())
    return (
        f"Test-retest on {robustness['patients']} training patients, with other outlines and noise: "
        f"{robustness['kept']} of {robustness['of']} features kept an intraclass correlation of at least "
        f"{robustness['smallest_icc']:.2f} ({classes}). The others are not used."
    )


def _learning(study: ImageTraining) -> Section:
    text = (
        "Loss of the network for use, epoch by epoch, on its training patients and on the internal ones, by whom the "
        "weights were chosen: figures of the internal patients flatter the network by that choice."
    )
    traces: list[Trace] = []
    for member in sorted({point.member for point in study.curve}):
        points = [point for point in study.curve if point.member == member]
        epochs = np.array([float(point.epoch) for point in points])
        stopping = np.array([np.nan if p.stopping_loss is None else p.stopping_loss for p in points])
        traces.append(line(epochs, np.array([p.loss for p in points]), f"training, network {member}", LIGHT.first))
        traces.append(line(epochs, stopping, f"internal, network {member}", LIGHT.second))
    x, y = axis("Epoch", rangemode="tozero"), axis("Loss", rangemode="tozero")
    plot = figure(drawn(traces, len(traces) // 2, x, y, 300), "Learning curve.", "Loss by epoch")
    return section("Learning curve", [paragraph(text), plot], "learning")


def _cost(study: ImageTraining) -> Section:
    more = study.extrapolated()
    rows = [
        [
            stage,
            str(study.patients.get(stage, 0)),
            f"{seconds:.1f}",
            f"{more[stage] / 60:.1f}" if stage in more else "-",
        ]
        for stage, seconds in study.seconds.items()
    ]
    total = sum(study.seconds.values())
    rows.append(["all", "", f"{total:.1f}", f"{sum(more.values()) / 60:.1f}"])
    text = (
        f"Measured seconds of work, all runs together, of one process each. The last column is extrapolated to "
        f"{PAPER_PATIENTS} patients in proportion to the patients of each stage; it was not measured."
    )
    header = ["Stage", "Patients", "Seconds", f"Minutes for {PAPER_PATIENTS}, extrapolated"]
    return section("Time", [paragraph(text), table(header, rows)], "time")


def _settings(study: ImageTraining) -> Section:
    pairs = [(name, str(value)) for name, value in {**study.facts, **study.settings}.items() if value != ""]
    return section("Settings", [definitions(pairs)], "settings")
