"""What the model was built on, in words and in the rows of tables; the standing sentences of the page Validation."""

from __future__ import annotations

from collections.abc import Mapping

from core.studies.published_figures import (
    CENTRES,
    COHORT_SIZE,
    DEATH_SHARE,
    MEDIAN_FOLLOW_UP,
    RESECTED,
    RESECTED_DATES,
    RESECTED_MTM,
)
from core.survival.model import Nomogram
from dashboard.texts import labels
from dashboard.texts.survival import signed

Row = tuple[str, ...]

COHORT_HEAD = ("Cohort", "Patients", "Deaths", "Median follow-up of the living / the dead, months", "Where, when")
TERM_HEAD = ("Input", "Hazard ratio", "Coefficient", "Baseline taken at", "What the number means")
FIGURE_HEAD = ("Figure", "Value", "Where from")
COHORT_NAMES = {"training": "Training", "internal": "Internal test", "external": "External test"}
CUT_NAMES = {"effective": "Effective cut-off (derived)", "published": "Printed cut-off"}

BUILT_ON = (
    "The two nomograms were fitted to 489 patients with large hepatocellular carcinoma whose first treatment was "
    "FOLFOX-HAIC, and tested in 263 others; MTM was learned from 159 resected patients. None of these patients is "
    "public: what could be taken from the paper is published, the rest is derived or assumed, and every figure says "
    "which."
)
TAGS = (
    "Published: printed in the paper. Derived: computed from printed figures. Assumed: chosen here, because the "
    "paper does not say."
)
SLIPS = (
    "As Table 2 has it. Elsewhere the paper prints 459 for the training cohort, and 50 of 141 deaths for the "
    "external one; that is the number of survivors (contradictions 2 and 3)."
)
OTHER_NOMOGRAM = (
    "The loaded nomogram is not the one that these figures were made with, so none are shown. The command "
    "haic-nomogram reproduce makes them for it."
)
BY_CONSTRUCTION = (
    "Survival is simulated from the postoperative nomogram. Its own calibration is therefore good by construction "
    "and shows what sampling alone does; only the preoperative one is put to a test. Whether either is calibrated in "
    "real patients is not known here: docs/validation.md has what 105 real patients, treated with TACE, can say."
)
STAGES_SIMULATED = (
    "The stages come from simulated records in which metastasis depends on death as in Table 2 and tumour burden on "
    "the DLR by assumption: their AUC says what these assumptions lead to, not how good the systems are. The printed "
    "AUC are the paper's own."
)
NO_HORIZON = "The paper prints each AUC without a horizon and without an interval, so four readings stand side by side."
ONE_LAW = (
    "One law serves all three cohorts, as the paper says too little to tell them apart: the expectations are equal, "
    "the ranges differ with size. So the lower figures printed for the test cohorts are not explained here."
)
DECISION = (
    "Net benefit: patients who die by the horizon and would have been acted on, less the others acted on, weighed by "
    "the odds of the threshold. The paper has no decision curve. What the action would be is left open, and nothing "
    "here says that HAIC helps or harms. Survival is simulated from the postoperative nomogram, which is right by "
    "construction; each staging system is given the risks of its stages in these very patients, "
    "which flatters it."
)
LANDMARK = (
    "Response and sessions exist only once a patient has lived to have them: whoever dies early has few sessions. A "
    "landmark analysis takes those alive at the landmark, with the sessions received by then, and counts from there."
)
CONTRADICTIONS = "Where the paper contradicts itself or leaves something out, and how this software reads each place."


def cohort_rows(dates: str) -> list[Row]:
    """The cohorts, as in COHORT_HEAD."""
    rows: list[Row] = []
    for name, size in COHORT_SIZE.items():
        share = DEATH_SHARE[name][0].value
        follow_up = " / ".join(f"{MEDIAN_FOLLOW_UP[name, group].value:g}" for group in ("alive", "dead"))
        deaths = f"{round(share * size)} ({100 * share:.0f} %)"
        rows.append((f"HAIC, {COHORT_NAMES[name].lower()}", str(size), deaths, follow_up, f"{CENTRES[name]}; {dates}"))
    with_mtm = f"none counted; {RESECTED_MTM} with MTM ({100 * RESECTED_MTM / RESECTED:.0f} %)"
    return [*rows, ("Resected, for MTM", str(RESECTED), with_mtm, "not printed", f"one hospital; {RESECTED_DATES}")]


def term_rows(nomogram: Nomogram) -> list[Row]:
    """The inputs of a nomogram, as in TERM_HEAD."""
    return [
        (
            labels.AXIS_NAMES.get(term.name, term.label),
            f"{term.hazard_ratio.value:g}, {term.hazard_ratio.tag}",
            f"{signed(term.beta.value)}, {term.beta.tag}",
            f"{term.reference.value:g}, {term.reference.tag}",
            f"{term.coding.value} ({term.coding.tag})",
        )
        for term in nomogram.terms
    ]


def figure_rows(nomogram: Nomogram) -> list[Row]:
    """The other figures of a nomogram, as in FIGURE_HEAD."""
    months = ", ".join(f"{month:g}" for month in nomogram.horizons_months.value)
    hazard, spread = nomogram.cumulative_hazard, nomogram.sd_structural
    return [
        ("Horizons, months", months, nomogram.horizons_months.tag),
        ("Linear predictor of the baseline", signed(nomogram.lp_reference.value), nomogram.lp_reference.tag),
        ("Cumulative hazard at the horizons", ", ".join(f"{value:g}" for value in hazard.value), hazard.tag),
        ("Its spread over readings of the paper (SD of the logarithm)", ", ".join(f"{v:g}" for v in spread.value),
         spread.tag),
        ("Cut-off as printed", signed(nomogram.cut_published.value), nomogram.cut_published.tag),
        ("Cut-off that reproduces the printed survival", signed(nomogram.cut_effective.value),
         nomogram.cut_effective.tag),
        ("End of follow-up, months", f"{nomogram.follow_up_months.value:g}", nomogram.follow_up_months.tag),
    ]  # fmt: skip


def counted_tags(nomograms: Mapping[str, Nomogram]) -> str:
    """How many rows of the tables below are published, derived and assumed."""
    tags = [row[2] for nomogram in nomograms.values() for row in figure_rows(nomogram)]
    for nomogram in nomograms.values():
        for term in nomogram.terms:
            tags += [term.hazard_ratio.tag, term.beta.tag, term.reference.tag, term.coding.tag]
    counts = ", ".join(f"{tags.count(tag)} {tag}" for tag in ("published", "derived", "assumed"))
    return f"Of the {len(tags)} figures and codings below: {counts}. {TAGS}"
