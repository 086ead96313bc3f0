"""The doors, by name."""

from __future__ import annotations

from importlib import import_module

from tests.fuzz.door import Door

_MODULES = {
    "dicom": "dicom",
    "deid": "dicom",
    "nifti": "volumes",
    "nrrd": "volumes",
    "metaimage": "volumes",
    "zip": "zips",
    "cohort-zip": "zips",
    "seg": "masks",
    "rtstruct": "masks",
    "seg-nrrd": "masks",
    "table": "tables",
    "image-table": "tables",
    "clinical": "documents",
    "own-nomogram": "documents",
    "report": "documents",
    "snapshot": "documents",
    "pacs": "pacs",
    "weights": "weights",
    "tensors": "weights",
}
NAMES = tuple(_MODULES)


def door(name: str) -> Door:
    """The door of that name; only what it needs is imported."""
    doors: dict[str, Door] = import_module(f"tests.fuzz.doors.{_MODULES[name]}").DOORS
    return doors[name]
