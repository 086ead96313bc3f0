"""Where the staging systems disagree about one patient: each stage as one of four classes, compared with BCLC's.

The systems have no common scale. The classes are **assumed**, after the words that the systems use for their stages:
BCLC 2022 very early and early (0, A), intermediate (B), advanced (C), terminal (D); HKLC by its tumour, early (I, IIa),
intermediate (IIb, IIIa), locally advanced or beyond the liver (IIIb, IV), and V; AJCC 8 T1 and T2 (I, II), several
large tumours (IIIA), invading or spread (IIIB, IV); CLIP 0-1, 2-3, 4-6.
"""

from __future__ import annotations

from typing import Literal

from core.staging.document import Stages

Disagreement = Literal["milder", "graver"]
CLASSES = ("early", "intermediate", "advanced", "terminal")
_BCLC = {"0": 0, "A": 0, "B": 1, "C": 2, "D": 3}
_HKLC = {"I": 0, "IIa": 0, "IIb": 1, "IIIa": 1, "IIIb": 2, "IVa": 2, "IVb": 2, "Va": 3, "Vb": 3}
_AJCC8 = {"IA": 0, "IB": 0, "II": 0, "IIIA": 1, "IIIB": 2, "IVA": 2, "IVB": 2}
_CLIP = (0, 0, 1, 1, 2, 2, 2)


def severities(stages: Stages) -> dict[str, int | None]:
    """By system, the class as a place in CLASSES; None where the stage is unknown."""
    return {
        "bclc": None if stages.bclc.stage is None else _BCLC[stages.bclc.stage],
        "clip": None if stages.clip.score is None else _CLIP[stages.clip.score],
        "hklc": None if stages.hklc.stage is None else _HKLC[stages.hklc.stage],
        "ajcc8": None if stages.ajcc8.stage is None else _AJCC8[stages.ajcc8.stage],
    }


def disagreements(stages: Stages) -> dict[str, Disagreement]:
    """The systems whose class is not BCLC's, and in which direction; none while BCLC's stage is unknown."""
    found = severities(stages)
    reference = found.pop("bclc")
    if reference is None:
        return {}
    apart = {name: place - reference for name, place in found.items() if place is not None}
    # CLIP and AJCC know no terminal class: beside BCLC D their gravest is agreement
    gravest = {"clip": 2, "ajcc8": 2}
    return {
        name: "milder" if difference < 0 else "graver"
        for name, difference in apart.items()
        if difference and not (reference > gravest.get(name, 3) == found[name])
    }
