"""The doors, by name."""

from __future__ import annotations

from importlib import import_module

from tests.fuzz.door import Door

_MODULES = {
    "clinical": "documents",
    "own-nomogram": "documents",
    "report": "documents",
    "snapshot": "documents",
    "table": "tables",
    "image-table": "tables",
    "zip": "zips",
    "cohort-zip": "zips",
    "nifti": "volumes",
    "nrrd": "volumes",
    "metaimage": "volumes",
    "seg-nrrd": "masks",
    "seg": "masks",
    "rtstruct": "masks",
    "pacs": "pacs",
    "weights": "weights",
    "tensors": "weights",
    "dicom": "dicom",
    "deid": "dicom",
}
NAMES = tuple(_MODULES)
"""The quick ones first: what they leave of the time goes to the slow ones."""


def door(name: str) -> Door:
    """The door of that name; only what it needs is imported."""
    doors: dict[str, Door] = import_module(f"tests.fuzz.doors.{_MODULES[name]}").DOORS
    return doors[name]
