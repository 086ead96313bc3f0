"""The codes of the structured report: DICOM's and SNOMED's where they exist, else our own scheme 99HAICN.

docs/pacs.md lists the own ones; their values never change their meaning. A value is at most 16 characters long, a
meaning at most 64 (PS3.5, VR SH and LO).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydicom.sr.coding import Code

SCHEME = "99HAICN"
SCHEME_NAME = "haic-nomogram private codes"
Bound = Literal["", "low", "high"]
_BOUND_WORDS: dict[Bound, str] = {"": "", "low": ", lower 95 % bound", "high": ", upper 95 % bound"}
_BOUND_SUFFIX: dict[Bound, str] = {"": "", "low": "_LO", "high": "_HI"}
_SCORES = {"mtm": "MTM score", "dlr": "DLR score"}
_MODELS = {
    "pre": ("NOMOGRAM_PRE", "HAIC nomogram before treatment"),
    "post": ("NOMOGRAM_POST", "HAIC nomogram after response"),
}
_GROUPS = {"low": "Low risk", "high": "High risk", "indeterminate": "Indeterminate risk"}


def standard(value: str, scheme: str, meaning: str) -> Code:
    """A code of a public scheme."""
    from pydicom.sr.coding import Code

    return Code(value, scheme, meaning)


def own(value: str, meaning: str) -> Code:
    """A code of our scheme."""
    return standard(value, SCHEME, meaning)


def scheme_item() -> Any:
    """What the files say of our scheme."""
    from highdicom.coding_schemes import CodingSchemeIdentificationItem

    return CodingSchemeIdentificationItem(designator=SCHEME, name=SCHEME_NAME)


def score(name: str, bound: Bound = "") -> Code:
    """The image score `name` (mtm, dlr) or a bound of its interval."""
    return own(f"{name.upper()}{_BOUND_SUFFIX[bound]}", f"{_SCORES[name]}{_BOUND_WORDS[bound]}")


def survival(month: float, bound: Bound = "", since: float | None = None) -> Code:
    """Overall survival at `month`, months from the first HAIC; given alive at `since` where that is said."""
    given = "" if since is None else f" if alive at {round(since, 1):g} months"
    kind = "OS" if since is None else "OSC"
    return own(f"{kind}_{month:g}{_BOUND_SUFFIX[bound]}", f"Survival at {month:g} months{given}{_BOUND_WORDS[bound]}")


def nomogram(model: str) -> Code:
    """Which nomogram (pre, post) answered."""
    return own(*_MODELS[model])


def risk_group(group: str) -> Code:
    """low, high or indeterminate."""
    return own(f"RISK_{group[:4].upper()}", _GROUPS[group])


RISK_GROUP = ("RISK_GROUP", "Risk group by the nomogram")
IMAGE_SCORES = ("IMAGE_SCORES", "Image scores")
TOTAL_POINTS = ("TOTAL_POINTS", "Total points of the nomogram")
INTENDED_USE = ("INTENDED_USE", "Intended use")
RESEARCH_ONLY = ("RESEARCH_ONLY", "Research and education only, not a medical device")
LIVER_WITH_LESIONS = ("LIVER_ALL", "Liver volume with lesions")
HEAT = ("GRAD_CAM", "Grad-CAM heat, scaled to its own maximum in the liver")
PDF_REPORT = ("CASE_REPORT", "HAIC nomogram case report, research only")


def liver() -> Code:
    """The organ."""
    return standard("10200004", "SCT", "Liver")


def lesion() -> Code:
    """What is marked in it."""
    return standard("52988006", "SCT", "Lesion")


def volume() -> Code:
    """The measurement."""
    return standard("118565006", "SCT", "Volume")


def longest_diameter() -> Code:
    """In the plane of a slice."""
    return standard("103339001", "SCT", "Long Axis")


def ct() -> Code:
    """The procedure that was reported, of CID 100."""
    return standard("25045-6", "LN", "CT unspecified body region")


def millilitre() -> Code:
    """Unit mL in UCUM."""
    return standard("mL", "UCUM", "mL")


def millimetre() -> Code:
    """Unit mm in UCUM."""
    return standard("mm", "UCUM", "mm")


def no_units() -> Code:
    """Unit 1 in UCUM."""
    return standard("1", "UCUM", "no units")
