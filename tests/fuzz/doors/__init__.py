"""The doors, by name."""

from __future__ import annotations

from importlib import import_module

from tests.fuzz.door import Door

_MODULES = {
    "table": "tables",
    "image-table": "tables",
    "clinical": "documents",
    "zip": "zips",
    "cohort-zip": "zips",
    "nifti": "volumes",
    "seg": "masks",
    "dicom": "dicom",
    "nrrd": "volumes",
    "metaimage": "volumes",
    "seg-nrrd": "masks",
    "rtstruct": "masks",
    "deid": "dicom",
    "pacs": "pacs",
    "own-nomogram": "documents",
    "report": "documents",
    "snapshot": "documents",
    "weights": "weights",
    "tensors": "weights",
}
NAMES = tuple(_MODULES)


def door(name: str) -> Door:
    """The door of that name; only what it needs is imported."""
    doors: dict[str, Door] = import_module(f"tests.fuzz.doors.{_MODULES[name]}").DOORS
    return doors[name]
