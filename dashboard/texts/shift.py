"""What moved survival from the nomogram before treatment to the one after it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from core.survival.shift import Shift
from dashboard.texts.labels import AXIS_NAMES
from dashboard.texts.survival import survival_at

HEADING = "What moved it"
MODEL_ITSELF, FOR_AVERAGE = "The model itself", "for the average patient"
PART, UNIT = "Part", "percentage points"
HOW = (
    "Both nomograms count from the first HAIC. The model itself: what changes for a patient with average inputs. Each "
    "input: its exact Shapley share, the mean effect over all orders of going from the average patient to this one, "
    "after treatment less before. Shares tell how two formulas differ, not what treatment did."
)


def sentence(found: Shift) -> str:
    """The shift in one sentence."""
    start, end = (f"{100 * survival:.1f} %" for survival in (found.pre, found.post))
    moved = f"a shift of {points(tenths(found)[0])} {UNIT}"
    return f"{survival_at(found.months)}: {start} before treatment, {end} after response, {moved}."


def rows(found: Shift) -> list[tuple[str, str]]:
    """Name and remark of each part, in the order of `parts`."""
    told = [(MODEL_ITSELF, FOR_AVERAGE)]
    for share in found.shares:
        both = f"after {points(1000 * share.post)}, before {points(1000 * share.pre)}"
        told.append((AXIS_NAMES.get(share.name, share.name), both if share.pre else ""))
    return told


def parts(found: Shift) -> list[float]:
    """The model's change, then each input's, as differences of survival."""
    return [found.model, *(share.moved for share in found.shares)]


def tenths(found: Shift) -> tuple[int, list[int]]:
    """The shift between both readings as shown, and its parts, in tenths of a percentage point; the parts add up to it.

    What rounding leaves over goes to the parts that it cut most, so that each is within a tenth of its exact value.
    """
    total = round(1000 * found.post) - round(1000 * found.pre)
    exact = [1000 * part for part in parts(found)]
    shown = [round(part) for part in exact]
    while (left := total - sum(shown)) != 0:
        step = 1 if left > 0 else -1
        cut = [step * (part - now) for part, now in zip(exact, shown, strict=True)]
        shown[cut.index(max(cut))] += step
    return total, shown


def points(tenths_of_a_point: float) -> str:
    """Percentage points with their sign, from tenths."""
    number = round(tenths_of_a_point) / 10
    return f"{number:+.1f}".replace("-", "−") if number else "0.0"


def labels(shown: Sequence[int]) -> list[str]:
    """The parts as they are written."""
    return [points(part) for part in shown]
