"""All staging systems for one patient, and the JSON that the `stage` command prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.case import ClinicalRecord
from core.staging.ajcc8 import Ajcc8, ajcc8
from core.staging.albi import Albi, albi
from core.staging.bclc import Bclc, bclc
from core.staging.child_pugh import ChildPugh, child_pugh
from core.staging.clip import Clip, clip
from core.staging.hklc import Hklc, hklc


@dataclass(frozen=True)
class Stages:
    """What each system says about one patient."""

    albi: Albi
    child_pugh: ChildPugh
    bclc: Bclc
    clip: Clip
    hklc: Hklc
    ajcc8: Ajcc8


def stage_all(clinical: ClinicalRecord) -> Stages:
    """Every system's stage."""
    return Stages(albi(clinical), child_pugh(clinical), bclc(clinical), clip(clinical), hklc(clinical), ajcc8(clinical))


def stages_document(clinical: ClinicalRecord) -> dict[str, dict[str, Any]]:
    """The JSON object of the `stage` command, by system; a value that is not determined is None.

    albi: score, grade 1-3, malbi "1", "2a", "2b", "3"; child_pugh: points 5-15, class "A"-"C"; bclc: stage "0",
    "A"-"D"; clip: score 0-6; hklc: stage "I"-"Vb"; ajcc8: t "T1a"-"T4", stage "IA"-"IVB". Each with reasons, words by
    field name, and missing, a list of field names.
    """
    found = stage_all(clinical)
    values: dict[str, dict[str, Any]] = {
        "albi": {"score": found.albi.score, "grade": found.albi.grade, "malbi": found.albi.malbi},
        "child_pugh": {"points": found.child_pugh.points, "class": found.child_pugh.class_},
        "bclc": {"stage": found.bclc.stage},
        "clip": {"score": found.clip.score},
        "hklc": {"stage": found.hklc.stage},
        "ajcc8": {"t": found.ajcc8.t, "stage": found.ajcc8.stage},
    }
    for name, part in values.items():
        system = getattr(found, name)
        part |= {"reasons": dict(system.reasons), "missing": list(system.missing)}
    return values
