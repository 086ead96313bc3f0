"""What is said beside the strip of stages."""

from __future__ import annotations

STAGES = "Stages"
DIRECTIONS = {"milder": "▽ milder than BCLC", "graver": "△ graver than BCLC"}
MARKS = (
    "△ ▽: the system puts the patient into another of four classes (early, intermediate, advanced, terminal) than "
    "BCLC. The systems have no common scale; the classes are assumed (docs/staging.md)."
)
