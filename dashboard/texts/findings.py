"""Images, scores and the form in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.case import Notice, Phase
from core.findings import Assessment
from dashboard.correction import Standing
from dashboard.texts import labels
from dashboard.texts.values import score_value

MINUS = "\u2212"


def of_phase(found: Sequence[Notice], phase: Phase) -> tuple[Notice, ...]:
    """Remarks on a series, in the name of the phase it is used as."""
    start, name = f"{labels.ANY_SERIES}: ", f"{phase.value.replace('_', '-')} series"
    return tuple(
        replace(notice, text=f"{name}: {notice.text.removeprefix(start)}") if notice.text.startswith(start) else notice
        for notice in found
    )


def on_which_grid(phase: Phase) -> str:
    """Where a phase lies."""
    return "brought onto the portal-venous grid" if phase is Phase.ARTERIAL else "reference grid"


def picture_remarks(phase: Phase, *, simulated: bool, failed: bool) -> str:
    """What is written into a picture: that it is simulated, that its heatmap failed its checks."""
    found = [labels.SIMULATED[phase]] if simulated else []
    return "<br>".join([*found, labels.HEAT_FAILED] if failed else found)


def picture_description(phase: Phase, plane: str, number: int, head: str | None) -> str:
    """A picture in words, for screen readers."""
    heat = f" with the {labels.HEAD_NAMES[head]} heatmap" if head else ""
    return f"{labels.PHASE_NAMES[phase]} CT, {plane} slice {number}{heat}, patient's right on the left"


def liver_facts(assessment: Assessment) -> list[tuple[str, str]]:
    """The liver and the match of the phases in numbers."""
    facts = []
    if (liver := assessment.liver) is not None:
        facts.append(("Liver", f"{liver.volume_ml:.0f} mL, mask {labels.MASK_ORIGINS.get(liver.origin, liver.origin)}"))
        if liver.lesion_volume_ml is None:
            facts.append(("Lesions", "no lesion mask"))
        else:
            longest = "" if liver.largest_lesion_mm is None else f", largest {liver.largest_lesion_mm:.0f} mm"
            facts.append(("Lesions", f"{liver.lesion_volume_ml:.0f} mL{longest}"))
    if (moved := assessment.registration) is not None:
        overlap = "" if moved.liver_overlap is None else f", liver overlap {moved.liver_overlap:.2f}"
        facts.append(("Phases", f"moved {moved.shift_mm:.1f} mm, turned {moved.rotation_deg:.1f}°{overlap}"))
    return facts


def score_facts(assessment: Assessment) -> list[tuple[str, str]]:
    """The scores with their parts."""
    facts = []
    for name, score in (("MTM score", assessment.scores.mtm), ("DLR score", assessment.scores.dlr)):
        parts = "" if score is None else ", ".join(f"{part} {value:.2f}" for part, value in score.parts.items())
        facts.append((name, score_value(score) + (f"; {parts}" if parts else "")))
    heads = [
        f"{labels.HEAD_NAMES[head]} {value:.2f}"
        for head, value in assessment.os_heads.items()
        if head in labels.HEAD_NAMES
    ]
    if heads:
        facts.append(("Alive, by the network", ", ".join(heads)))
    return facts


def mask_waits(liver_ml: float, assessment: Assessment) -> str:
    """That a corrected mask has not been assessed yet."""
    before = "" if assessment.liver is None else f" from {assessment.liver.volume_ml:.0f}"
    return (
        f"The mask was changed{before} to {liver_ml:.0f} mL. "
        "Scores, heatmaps and prognosis still belong to the mask before."
    )


def changes(before: Standing, after: Standing) -> list[tuple[str, str, str, str]]:
    """What a corrected mask changed: name, before, after, difference."""

    def millilitres(value: float) -> str:
        return f"{value:.0f} mL"

    def score(value: float) -> str:
        return f"{value:.2f}"

    def share(value: float) -> str:
        return f"{100 * value:.1f} %"

    models = {name: f"Alive at 3 years, {labels.MODEL_NAMES[name].lower()}" for name in labels.MODEL_NAMES}
    rows = [
        _changed("Liver", before.liver_ml, after.liver_ml, millilitres),
        _changed("Lesions", before.lesion_ml, after.lesion_ml, millilitres),
        _changed("MTM score", before.mtm, after.mtm, score),
        _changed("DLR score", before.dlr, after.dlr, score),
        *(_changed(words, before.alive.get(name), after.alive.get(name), share) for name, words in models.items()),
    ]
    return [row for row in rows if row is not None]


def _changed(
    name: str, before: float | None, after: float | None, words: Callable[[float], str]
) -> tuple[str, str, str, str] | None:
    if before is None and after is None:
        return None
    told = [labels.UNKNOWN if value is None else words(value) for value in (before, after)]
    if before is None or after is None:
        return name, *told, ""  # type: ignore[return-value]
    difference = words(abs(after - before)).replace(" %", " points")
    sign = "" if after == before else "+" if after > before else MINUS
    return name, *told, f"{sign}{difference}"  # type: ignore[return-value]


def known_values(known: int, total: int) -> str:
    """How much of the form is filled in."""
    return f"{known} of {total} values known. Leave what you do not know as unknown; it is never taken as zero or no."


def took(total_seconds: float) -> str:
    """How long an assessment took."""
    return f"Assessed in {total_seconds:.0f} s, step by step"
