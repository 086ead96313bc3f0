"""The page Learn in sentences: its parts, and the nomogram built step by step."""

from __future__ import annotations

from collections.abc import Mapping

from core.findings import Prognosis
from core.survival.derivation import Derivation
from core.survival.model import Nomogram
from dashboard.texts import labels
from dashboard.texts.survival import signed, time_span

PARTS = {
    "build": "Build the nomogram",
    "cases": "Twelve cases",
    "reading": "Read the paper",
    "censoring": "Censoring",
    "immortal": "Immortal time",
}
INTRODUCTION = {
    "build": "From the published hazard ratios to a survival probability in six steps, with your own numbers.",
    "cases": "Eight patients of the paper's Figure 4 and four made up, with questions and explained answers.",
    "reading": "The paper contradicts itself in 37 places. Say what is wrong before you see how it is read here.",
    "censoring": "Why a patient who was lost is neither dead, nor alive for ever, nor nobody.",
    "immortal": "Why patients with many sessions seem to live longer, even where a session does nothing.",
}
YOUR_NUMBERS = "Your numbers"
FROM_CASE = "Take the values of the open case"
FROM_CASE_HELP = "Copies what is known of it; nothing that you change here goes back to the case."
INPUTS_ARE = (
    "Start with these or set your own. They describe a patient; they are not levers: more sessions do not by "
    "themselves prolong life."
)
ANSWERS: Mapping[str, Mapping[str, float]] = {
    "pvtt": {"no": 0.0, "yes": 1.0},
    "response": {"SD or PD": 0.0, "CR or PR": 1.0},
    "haic_sessions": {"1": 1.0, "2": 2.0, "3": 3.0, "> 3": 4.0},
}
PRINTED_NAMES = {"pvtt": "PVTT", "response": "OR", "haic_sessions": "HAIC sessions", "mtm": "MTM", "dlr": "DLR score"}
STEPS = ("1 Hazard ratios", "2 Sum", "3 Common start", "4 Points", "5 Total", "6 Survival")
BACK, NEXT = "Back", "Next step"
FORMULAS = (
    "β = ln(hazard ratio)",
    "LP = β₁x₁ + β₂x₂ + …",
    "span = |β| × (highest x − lowest x)",
    "points = 100 × (β·x − least β·x) ÷ longest span",
    "total = sum of points   ⇔   LP = least LP + total ÷ (points per unit)",
    "S(t) = exp(−H(t)),   H(t) = H_ref(t) × exp(LP − LP_ref)",
)
SAME_AS = "This is the sentence of the page Prognosis for the same inputs."
HEADS = (
    ("Input", "Hazard ratio", "From", "β = ln(HR)"),
    ("Input", "Your x", "β", "β × x"),
    ("Input", "Least β·x", "Greatest β·x", "Span"),
    ("Input", "β·x − least", "× points per unit", "Points"),
    ("Input", "Your x", "Points"),
    ("After", "H_ref", "× relative hazard", "H", "Alive"),
)
LP_RULER, SPAN_RULER = "Linear predictor", "Linear predictor, from each input's least harmful end"


def why(step: int, found: Derivation, nomogram: Nomogram) -> str:
    """What happens in a step (0..5) and why, with the reader's numbers."""
    return (_ratios, _sum, _start, _points, _total, _survival)[step](found, nomogram)


def _ratios(found: Derivation, nomogram: Nomogram) -> str:
    printed = " + ".join(f"{t.hazard_ratio:.2f} × {PRINTED_NAMES[t.name]}" for t in found.terms)
    literal = (
        f"The paper prints the model as “HR = {printed}”. Those numbers are hazard ratios, and hazard ratios multiply; "
        if nomogram.model == "post"
        else "The paper prints hazard ratios, and hazard ratios multiply; "
    )
    return (
        f"{literal}only their logarithms can be added. A ratio above 1 gives a positive β, which harms; one below 1 a "
        "negative β. (He et al. 2023, Results, “The development and validation of the MDLRN”.)"
    )


def _sum(found: Derivation, nomogram: Nomogram) -> str:
    codings = "; ".join(f"{labels.AXIS_NAMES[t.name]}: {t.coding.value} ({t.coding.tag})" for t in nomogram.terms)
    return f"Each input becomes a number, is multiplied by its β, and all are added. Coding: {codings}."


def _start(found: Derivation, nomogram: Nomogram) -> str:
    longest = found.longest
    return (
        "A nomogram does without negative numbers: every axis is moved so that its least harmful end lies at 0. "
        f"{labels.AXIS_NAMES[longest.name]} can move the sum most, by {longest.span:.3f}: it will be the longest axis."
    )


def _points(found: Derivation, nomogram: Nomogram) -> str:
    return (
        f"The longest span, {found.longest.span:.3f}, is called 100 points, so that one unit of the linear predictor "
        f"is 100 ÷ {found.longest.span:.3f} = {found.points_per_unit:.2f} points. The picture is the same; only the "
        "ruler is new. Points of two nomograms are on different scales and must not be subtracted from each other."
    )


def _total(found: Derivation, nomogram: Nomogram) -> str:
    return (
        f"The points add up to {found.total_points:.1f}. Nothing was lost on the way: {signed(found.lp_lowest)} + "
        f"{found.total_points:.1f} ÷ {found.points_per_unit:.2f} = {signed(found.linear_predictor)}, the linear "
        "predictor of step 2."
    )


def _survival(found: Derivation, nomogram: Nomogram) -> str:
    return (
        f"A patient with the reference sum, LP_ref = {signed(found.lp_reference)}, has the cumulative hazard H_ref, "
        "derived from the published survival of the risk groups. Yours is exp(LP − LP_ref) = "
        f"exp({signed(found.linear_predictor)} − ({signed(found.lp_reference)})) = {found.relative_hazard:.3f} times "
        "as large at every time: that is what proportional hazards means. One total, read straight down, gives every "
        "horizon."
    )


def rows(step: int, found: Derivation, values: Mapping[str, str], tags: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The numbers of a step, as `HEADS` has them; `values` are the inputs in words, `tags` those of the ratios."""
    if step == 5:
        return [
            (
                time_span(h.months),
                f"{h.reference_hazard:.4f}",
                f"{found.relative_hazard:.3f}",
                f"{h.cumulative_hazard:.4f}",
                f"{100 * h.survival:.1f} %",
            )
            for h in found.horizons
        ]
    made: list[tuple[str, ...]] = []
    for t in found.terms:
        cells = (
            (f"{t.hazard_ratio:.2f}", tags[t.name], three(t.beta)),
            (f"{t.value:.3g}", three(t.beta), three(t.contribution)),
            (three(t.low), three(t.high), three(t.span)),
            (three(t.contribution - t.low), f"{found.points_per_unit:.2f}", f"{t.points:.1f}"),
            (values[t.name], f"{t.points:.1f}"),
        )[step]
        made.append((labels.AXIS_NAMES[t.name], *cells))
    return made


def last_row(step: int, found: Derivation) -> tuple[str, ...]:
    """The sum below the numbers, () where a step has none."""
    if step == 1:
        return ("Linear predictor", "", "", three(found.linear_predictor))
    return ("Total", "", f"{found.total_points:.1f}") if step == 4 else ()


def input_words(name: str, value: float) -> str:
    """An input as the reader set it."""
    words = {number: word for word, number in ANSWERS.get(name, {}).items()}
    return words.get(value, f"{value:.2f}")


def description(step: int, found: Derivation) -> str:
    """The drawing of a step in words, for screen readers."""
    if step >= 3:
        parts = [f"{labels.AXIS_NAMES[t.name]} {t.points:.1f} points" for t in found.terms]
    else:
        parts = [f"{labels.AXIS_NAMES[t.name]} from {three(t.low)} to {three(t.high)}" for t in found.terms]
    return f"Step {step + 1} of the nomogram: {', '.join(parts)}"


def provenance(prognosis: Prognosis, scores: str) -> str:
    """Whose the scores are, `scores` being what their model's card says, "" by hand; and from when time is counted."""
    whose = f"Image scores of the open case: {scores}" if scores else "MTM and DLR as set here by hand."
    late = "; response and sessions are known later, which flatters this estimate" if prognosis.model == "post" else ""
    return f"{whose} Time is counted from the first HAIC{late}. A result for a group of similar patients."


def three(number: float) -> str:
    """Three decimals with a true minus sign."""
    return f"{round(number, 3) + 0.0:.3f}".replace("-", "−")
