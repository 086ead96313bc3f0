"""Where the image models contradict the nomogram, or each other: said, never settled by the software.

The network's survival heads are P(alive at t months) from the images alone; the nomogram's S(t) comes from a score that
is made of the same heads and from what is known besides. A head speaks against the nomogram where it lies

    outside the nomogram's 95 % band at t  and  more than MARGIN away from S(t).

The margin is assumed: no publication names one. Two estimates whose 95 % ranges reach some 10 points to either side
differ by up to about 15 points by chance (10 * sqrt(2)); the band alone would flag differences that nobody would act on
where it is narrow. The parts of the MTM score contradict each other where one says MTM and another does not, that is
where they lie on both sides of .5, and further apart than the same margin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.case import Notice
from core.findings import Prognosis, Score, Survival
from core.survival.tagged import Figure

MARGIN = Figure(0.15, "assumed")
"""Of probability: what lies closer is no disagreement."""
ROUNDING = 1e-9
CODES = ("heads_disagree", "mtm_parts_disagree")
"""Of the notices made here."""
COMPARED_HEADS: Mapping[str, int] = {"os1": 12, "os3": 36}
"""The heads held against the nomogram, with their months: the published nomograms are read at these and at 60."""
EITHER = 0.5
MODELS = {"pre": "before HAIC", "post": "after HAIC", "own": "of the centre"}


@dataclass(frozen=True)
class Disagreement:
    """A head that speaks against a nomogram.

    Attributes:
        model: pre, post or own.
        months: the horizon.
        head: P(alive) by the network, 0..1.
        nomogram: S(t) with its band.
    """

    model: str
    months: int
    head: float
    nomogram: Survival


def disagreements(os_heads: Mapping[str, float], found: Iterable[Prognosis | None]) -> tuple[Disagreement, ...]:
    """The heads that speak against a nomogram, nomogram by nomogram.

    Survival is that from the first HAIC, which is what the heads learned, also where the patient has lived some months
    since.

    Args:
        os_heads: calibrated P(alive) by head, 0..1; one that is missing (all, without images) is not compared.
        found: the nomograms' answers; None and horizons that one does not read out are left out.
    """
    return tuple(one for prognosis in found if prognosis is not None for one in _of_one(os_heads, prognosis))


def heads_notices(os_heads: Mapping[str, float], found: Iterable[Prognosis | None]) -> tuple[Notice, ...]:
    """The notice heads_disagree, naming every head that speaks against a nomogram; () if none does."""
    told = disagreements(os_heads, found)
    if not told:
        return ()
    by_months = (_at(months, [one for one in told if one.months == months]) for months in COMPARED_HEADS.values())
    text = (
        f"Network and nomogram disagree on survival. {' '.join(filter(None, by_months))} That is outside the 95 % "
        f"range and over {_percent(MARGIN.value)} points away ({MARGIN.tag} margin): check images and inputs."
    )
    return (Notice("heads_disagree", text),)


def mtm_notices(mtm: Score | None) -> tuple[Notice, ...]:
    """The notice mtm_parts_disagree where the parts of the MTM score contradict each other; () for one by hand."""
    if mtm is None or not mtm.parts:
        return ()
    least, most = min(mtm.parts.values()), max(mtm.parts.values())
    if not least < EITHER < most or most - least <= MARGIN.value + ROUNDING:
        return ()
    speak, speak_not = (
        ", ".join(f"{name} {value:.2f}" for name, value in mtm.parts.items() if (value > EITHER) is side)
        for side in (True, False)
    )
    text = (
        f"The parts of the MTM score disagree: {speak} for MTM, {speak_not} against it. They lie on both sides of 0.5 "
        f"and over {MARGIN.value:g} apart ({MARGIN.tag} margin); the fused score of {mtm.value:.2f} does not show it."
    )
    return (Notice("mtm_parts_disagree", text),)


def _of_one(os_heads: Mapping[str, float], prognosis: Prognosis) -> Iterator[Disagreement]:
    for head, months in COMPARED_HEADS.items():
        if head not in os_heads or months not in prognosis.os:
            continue
        survival, alive = prognosis.os[months], os_heads[head]
        outside = not survival.low <= alive <= survival.high
        if outside and abs(alive - survival.value) > MARGIN.value + ROUNDING:
            yield Disagreement(prognosis.model, months, alive, survival)


def _at(months: int, told: Sequence[Disagreement]) -> str:
    """What is told at one horizon; "" for nothing."""
    if not told:
        return ""
    nomograms = ", ".join(
        f"{MODELS[one.model]} {_percent(one.nomogram.value)} % "
        f"({_percent(one.nomogram.low)}–{_percent(one.nomogram.high)})"
        for one in told
    )
    return f"Alive at {months} months: network {_percent(told[0].head)} %; nomogram {nomograms}."


def _percent(probability: float) -> int:
    return round(100 * probability)
