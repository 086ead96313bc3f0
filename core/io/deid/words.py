"""Which words may stay in a header: those of closed lists that DICOM or this project wrote. No other text passes.

The basic profile says what must go; what it does not list may still hold a name (a code's meaning, a kernel, a word of
a vendor's own in a coded string). So a text that is left after the table stays only where it is one of these.
"""

from __future__ import annotations

from collections.abc import Callable

from core.imaging.phase import phase_words
from core.io.mask_segments import LESION_CODES, LIVER_CODES, neutral_name

CODED = frozenset(
    [
        *("CT", "SEG", "RTSTRUCT", "OT", "MR", "PT", "NM", "US", "CR", "DX", "XA", "SR", "PR", "KO", "RTDOSE", "DOC"),
        *("ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY", "AXIAL", "LOCALIZER", "VOLUME", "MPR", "MIP", "NONE"),
        *(
            "SCREEN SAVE",
            "SCREENSHOT",
            "SCREEN CAPTURE",
            "SCREEN_SAVE",
            "SCREEN",
            "REFORMATTED",
            "AVERAGE",
            "MIXED",
            "RESAMPLED",
            "MIN IP",
            "MINIP",
            "OTHER",
        ),
        *("MONOCHROME", "MONOCHROME1", "MONOCHROME2", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_RCT"),
        *("YBR_ICT", "HFS", "HFP", "FFS", "FFP", "HFDR", "HFDL", "FFDR", "FFDL", "YES", "NO", "00", "01", "HU", "US"),
        *("BINARY", "FRACTIONAL", "LABELMAP", "PROBABILITY", "OCCUPANCY", "AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"),
        *("CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "OPEN_PLANAR", "OPEN_NONPLANAR", "POINT", "APPROVED", "UNAPPROVED"),
        *("CW", "CC", "ABDOMEN", "LIVER", "CHEST", "PELVIS", "HELICAL", "HELICAL MODE", "AXIAL MODE", "SEQUENCED"),
        *("SPIRAL", "3D", "3D_TEMPORAL", "TILED_FULL", "TILED_SPARSE", "BODY", "HEAD", "MODIFIED", "REMOVED"),
        *("WSD", "DV", "DI", "DF", "SD", "SI", "DRW", "SYN", "ISO_IR 100", "ISO_IR 192"),
    ]
)
"""Defined terms and enumerated values of PS3.3 for the attributes that are read here."""

_CODES = frozenset(value for _, value in LIVER_CODES | LESION_CODES)
_SCHEMES = frozenset({"SCT", "SRT", "FMA", "DCM", "99SDM", "SNM3"})

CUT_DOWN: dict[str, Callable[[str], str]] = {
    "SeriesDescription": phase_words,
    "ContrastBolusAgent": lambda text: "CONTRAST AGENT" if text.strip() else "",
    "ROIName": neutral_name,
    "SegmentLabel": neutral_name,
    "CodeMeaning": neutral_name,
    "CodeValue": lambda text: text if text in _CODES else "",
    "CodingSchemeDesignator": lambda text: text if text in _SCHEMES else "",
}
"""Texts of which the reading needs something: what is left of them."""


def coded(value: str) -> str:
    """A coded string, if it is one of the known ones, else ""."""
    return value if value.strip() in CODED else ""
