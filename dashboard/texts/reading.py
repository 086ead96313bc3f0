"""The paper's contradictions as an exercise in reading."""

from __future__ import annotations

from collections.abc import Mapping

PLACES, SUMS, MEANING, MISSING = "places", "sums", "meaning", "missing"
KINDS: Mapping[str, str] = {
    PLACES: "Two places say different things",
    SUMS: "The numbers cannot be right together: work them out",
    MEANING: "Sign, unit, scale or method cannot be meant like this",
    MISSING: "Something that the reader needs is not there",
}
KIND_OF: Mapping[int, str] = {
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 18, 30, 34, 35, 36), PLACES),
    **dict.fromkeys((9, 10, 11, 12, 13, 19, 26, 28, 32), SUMS),
    **dict.fromkeys((14, 20, 21, 22, 23, 24, 25, 29), MEANING),
    **dict.fromkeys((8, 27, 31, 33, 37), MISSING),
}
"""What is wrong in each row, by its number; our reading, as is the table's last column."""

PRINTED, AGAINST, READ_AS, KIND = "Printed", "What speaks against it", "Read here as", "What is wrong"
ITSELF = "Nothing else: the passage speaks against itself, or leaves something out."
ASK = "What is wrong here?"
NOTE = "In your own words (stays in this browser session)"
REVEAL = "Show how it is read"
PREVIOUS, NEXT, PICK = "Previous", "Next", "Place"
AGAIN = "Start the exercise again"
WHERE = "From He et al., Radiol Med 2023, doi:10.1007/s11547-023-01719-1 (CC BY 4.0)."
ABBREVIATIONS = (
    ("TC, ITC or VC or IVC, ETC or EVC", "training, internal test or validation, external test or validation cohort"),
    ("pts, OS, HR, AUC", "patients, overall survival, hazard ratio, area under the ROC curve"),
    ("OR, PVTT, MTM", "objective response, portal vein tumour thrombus, macrotrabecular-massive subtype"),
    ("DLR, MDLR, MDLRN, MDLRM", "deep-learning radiomics score; multitask DLR and its nomogram or model"),
    ("KM, LP, H, p_pre, p_post", "Kaplan-Meier, linear predictor, cumulative hazard, share of patients at high risk"),
    ("sTable", "a supplementary table, not available here"),
)
ABBREVIATIONS_ARE = "Abbreviations"


def score(right: int, answered: int, total: int) -> str:
    """The score of the session."""
    return f"{right} of {answered} told right, {total - answered} of {total} still to read."


def verdict(said: str, number: int) -> str:
    """Whether the reader's kind is ours."""
    ours = KINDS[KIND_OF[number]]
    return f"Right: {_small(ours)}." if said == KIND_OF[number] else f"Not as we read it: {_small(ours)}."


def name(number: int, total: int, *, read: bool) -> str:
    """One place in the list."""
    return f"{number} of {total}{', read' if read else ''}"


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
