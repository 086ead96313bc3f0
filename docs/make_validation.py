"""Fills the tables of docs/validation.md and draws its picture from the clinical table of HCC-TACE-Seg.

python docs/make_validation.py ../shared/data/clinical/HCC-TACE-Seg_clinical_data-V2.xlsx
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.models import ModelSet, load_models
from core.studies.agreement import Agreement
from core.studies.external import RatioCheck, predictor_checks, survival_by_pvtt, survival_by_response, term_checks
from core.studies.recorded_stages import GroupedSurvival, GroupSurvival, stage_checks, survival_of
from core.studies.stage_agreement import grade_checks, reader_agreement
from core.studies.tace_cohort import BCLC, CHILD_PUGH, TaceCohort, read_tace_cohort
from core.survival.calibration import Estimate
from core.survival.follow_up import IntArray
from core.survival.kaplan_meier import kaplan_meier
from core.survival.step_function import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGE, PICTURE = Path(__file__).with_name("validation.md"), Path(__file__).with_name("validation_km.svg")
HORIZONS = (12.0, 36.0, 60.0)
TERMS = {"pvtt": "portal vein thrombosis", "response": "objective response"}
MAIN = ("all patients", "all patients, both terms", "from 6 months, both terms")


def main() -> None:
    """Read the table named on the command line; bring page and picture up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path, help="HCC-TACE-Seg_clinical_data-V2.xlsx")
    table = parser.parse_args().table
    cohort = read_tace_cohort(table)
    blocks = {"source": _digest(table)} | tables(cohort, load_models())
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    PICTURE.write_bytes(picture(cohort))


def page(text: str, blocks: dict[str, str]) -> str:
    """The page with what stands between the marks of each block replaced."""
    for name, block in blocks.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{block}\n{end}{rest.split(end)[1]}"
    return text


def tables(cohort: TaceCohort, models: ModelSet) -> dict[str, str]:
    """The tables of the page, by name."""
    ratios = term_checks(cohort, models.pre, models.post)
    return {
        "patients": _patients(cohort),
        "overall": _survival_table([survival_of(cohort.follow_up, "all patients")]),
        "by term": _by_term(cohort),
        "ratios": _ratios(ratios),
        "summary": _summary(ratios),
        "predictor": _predictor(cohort, models),
        "stages": _stages(cohort),
        "survival by stage": _survival_by_stage(cohort),
        "grades": _grades(cohort),
        "disagreements": _disagreements(cohort),
        "readers": _readers(cohort),
    }


def picture(cohort: TaceCohort) -> bytes:
    """Kaplan-Meier curves by thrombosis and by response, read once a month, as SVG."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "haic-nomogram", "font.size": 9}):
        figure = Figure(figsize=(9, 4), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        _draw(left, survival_by_pvtt(cohort), "All patients", "Months")
        _draw(right, survival_by_response(cohort), "Alive at 6 months, response known", "Months since the landmark")
        left.set_ylabel("Overall survival")
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def _draw(axes: Axes, survival: GroupedSurvival, title: str, time: str) -> None:
    months, ticks = np.arange(0.0, 61.0), np.arange(0.0, 61.0, 12.0)
    for group, style, colour in zip(survival.groups, ("-", "--"), ("#00538a", "#a8480b"), strict=True):
        read = group.curve.at(months)
        label = f"{group.group} (n = {group.n}, {group.events} deaths)"
        axes.step(months, read.survival, where="post", linestyle=style, color=colour, label=label)
        axes.fill_between(months, read.low, read.high, step="post", color=colour, alpha=0.15, linewidth=0)
    followed = [group.curve.at(ticks).at_risk for group in survival.groups]
    labels = [f"{tick:g}\n{a}\n{b}" for tick, a, b in zip(ticks, *followed, strict=True)]
    axes.set(title=f"{title}; log-rank p {_p(survival.test.p)}", xlim=(0, 60), ylim=(0, 1.02))
    axes.set_xticks(ticks, labels)
    axes.set_xlabel(time)
    axes.legend(loc="upper right", frameon=False)


def _digest(table: Path) -> str:
    return f"SHA-256 of the file: `{hashlib.sha256(table.read_bytes()).hexdigest()}`"


def _patients(cohort: TaceCohort) -> str:
    n, reach = len(cohort), kaplan_meier(cohort.follow_up.reversed()).median()
    response, dated = cohort.objective_response, np.isfinite(cohort.months_to_response)
    rows = [
        ("patients, deaths", f"{n}, {cohort.follow_up.events}"),
        ("median follow-up (reverse Kaplan-Meier), months", _around(reach.value, reach.low, reach.high, 1)),
        ("age, median (quartiles), years", _quartiles(cohort.age_years, 0)),
        ("male", _share(int(cohort.male.sum()), n)),
        ("portal vein thrombosis", _share(int(cohort.pvtt.sum()), n)),
        ("Child-Pugh A, B or C", _counts(cohort.child_pugh, CHILD_PUGH)),
        ("BCLC (1999) 0, A, B, C or D", _counts(cohort.bclc, BCLC)),
        ("response read by at least one reader", _share(int(np.isfinite(cohort.response).any(axis=1).sum()), n)),
        ("objective response by most readings", _share(int(np.nansum(response)), int(np.isfinite(response).sum()))),
        ("date of the second scan known", _share(int(dated.sum()), n)),
        ("followed past 3 and past 6 months", " and ".join(str(np.sum(cohort.follow_up.time > m)) for m in (3, 6))),
        ("months between the scans, median (quartiles)", _quartiles(cohort.months_to_response[dated], 1)),
    ]  # fmt: skip
    return _table("what | HCC-TACE-Seg", rows)


def _survival_table(groups: Iterable[GroupSurvival]) -> str:
    return _table("patients | n | deaths | median, months | 1 year | 3 years | 5 years", map(_survival_row, groups))


def _survival_row(group: GroupSurvival) -> Sequence[object]:
    median, read = group.curve.median(), group.curve.at(HORIZONS)
    readings = (_around(*values, 3) for values in zip(read.survival, read.low, read.high, strict=True))
    return group.group, group.n, group.events, _around(median.value, median.low, median.high, 1), *readings


def _by_term(cohort: TaceCohort) -> str:
    parts = {
        "From the start, by portal vein thrombosis": survival_by_pvtt(cohort),
        "From the landmark at 6 months, by objective response": survival_by_response(cohort),
    }
    return "\n\n".join(
        f"{caption}; log-rank chi-square {x.test.chi_square:.2f}, df {x.test.df}, p {_p(x.test.p)}.\n\n"
        f"{_survival_table(x.groups)}"
        for caption, x in parts.items()
    )


def _ratios(ratios: Sequence[RatioCheck]) -> str:
    head = (
        "patients | term | n | deaths | with the term | hazard ratio | published | p of 1 | p of the published | power"
        " | p of proportional hazards | verdict"
    )
    return _table(head, map(_ratio_row, ratios))


def _ratio_row(x: RatioCheck) -> Sequence[object]:
    ratio, tests = _around(x.ratio, x.low, x.high), (_p(x.p), _p(x.p_published), _number(x.power))
    counts = (x.n, x.events, x.with_term)
    return x.analysis, TERMS[x.term], *counts, ratio, _number(x.published), *tests, _p(x.p_proportional), x.verdict


def _summary(ratios: Sequence[RatioCheck]) -> str:
    rows = (_ratio_row(x) for x in ratios if x.analysis in MAIN)
    head = "term | patients | n | deaths | hazard ratio | published | verdict"
    return _table(head, ((row[1], row[0], *row[2:4], *row[5:7], row[-1]) for row in rows))


def _predictor(cohort: TaceCohort, models: ModelSet) -> str:
    head = "patients | n | deaths | C-index | its se | calibration slope | its se"
    checks = predictor_checks(cohort, models.post)
    return _table(head, ((x.analysis, x.n, x.events, *_estimate(x.concordance), *_estimate(x.slope)) for x in checks))


def _stages(cohort: TaceCohort) -> str:
    rows = []
    for x in stage_checks(cohort):
        test = x.survival.test
        log_rank = (f"{test.chi_square:.2f}", test.df, _p(test.p))
        rows.append((x.system, x.n, x.events, *_estimate(x.concordance), *log_rank))
    return _table("system | n | deaths | C-index | its se | log-rank chi-square | df | p", rows)


def _survival_by_stage(cohort: TaceCohort) -> str:
    groups = ((x.system, group) for x in stage_checks(cohort) for group in x.survival.groups)
    head = "system | stage | n | deaths | median, months | 1 year | 3 years | 5 years"
    return _table(head, ((system, *_survival_row(group)) for system, group in groups))


def _grades(cohort: TaceCohort) -> str:
    head = (
        "system | recorded | ours determined | equal | share | weighted kappa | its se | open: recorded stage possible"
        " | open: not possible"
    )
    checks = grade_checks(cohort)
    return _table(head, ((x.system, x.n, *_agreement(x.agreement), x.possible, x.impossible) for x in checks))


def _disagreements(cohort: TaceCohort) -> str:
    kinds = ((x.system, kind) for x in grade_checks(cohort) for kind in x.disagreements)
    head = "system | recorded | ours | patients | what they share"
    return _table(head, ((system, kind.recorded, kind.ours, kind.count, kind.findings) for system, kind in kinds))


def _readers(cohort: TaceCohort) -> str:
    head = "objective response | read by both | equal | share | kappa | its se"
    return _table(head, ((pair, *_agreement(found)) for pair, found in reader_agreement(cohort)))


def _agreement(found: Agreement) -> Sequence[object]:
    share = "" if found.share is None else _around(found.share.value, found.share.low, found.share.high)
    return found.n, found.agreed, share, *(("", "") if found.kappa is None else _estimate(found.kappa))


def _estimate(x: Estimate) -> tuple[str, str]:
    return _around(x.value, x.low, x.high), _number(x.se, 3)


def _quartiles(values: FloatArray, digits: int) -> str:
    median, low, high = np.quantile(values, (0.5, 0.25, 0.75)).tolist()
    return _around(median, low, high, digits)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)"


def _counts(places: IntArray, labels: Sequence[str]) -> str:
    return ", ".join(str(count) for count in np.bincount(places, minlength=len(labels)))


def _around(value: float | None, low: float | None, high: float | None, digits: int = 2) -> str:
    """With its interval; where survival is 0 there is none."""
    if low is not None and np.isnan(low):
        return f"{_number(value, digits)} (no interval)"
    shown = [_number(x, digits) for x in (value, low, high)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


def _number(value: float | None, digits: int = 2) -> str:
    """Without the zero before the point, as the rest of the documentation; "not reached" for None."""
    return "not reached" if value is None else re.sub(r"^(-?)0\.", r"\1.", f"{value:.{digits}f}")


def _p(value: float | None) -> str:
    return "not defined" if value is None else "< .001" if value < 0.001 else _number(value, 3)


def _table(head: str, rows: Iterable[Sequence[object]]) -> str:
    names = head.split(" | ")
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in (names, ["---"] * len(names), *rows))


if __name__ == "__main__":
    main()
