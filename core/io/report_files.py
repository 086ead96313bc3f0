"""What `report` reads beside assessment.json: report.json and the pictures, all of one assessment or refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError
from core.findings import HEADS, Assessment
from core.io.atomic import whole_file
from core.io.bounded import read_bounded
from core.io.report_content import Content, KeySlice, content_bytes, content_of, parse_content
from core.io.report_pictures import PHASES, Pictures, Pixels, pixels_sha256, report_pictures

MODELS = ("pre", "post")
REPORT_FILES = (
    "report.json",
    "report.pdf",
    *(f"nomogram_{model}{end}" for model in MODELS for end in (".svg", ".pdf")),
    *(f"key_slice_{head}_{phase}.png" for head in HEADS for phase in PHASES),
)
"""Names of everything that belongs to a report, so that none of an earlier case is left."""
MAX_BYTES = 20_000_000
_SAME = ("pre", "post", "scores", "criteria", "warnings", "versions")


def write_report_files(assessment: Assessment, out: Path) -> None:
    """Writes key_slice_{head}_{phase}.png for the heads of a report, and report.json."""
    from PIL import Image

    slices, pictures = report_pictures(assessment)
    for (head, phase), pixels in pictures.items():
        with whole_file(out / _picture(head, phase)) as stream:
            Image.fromarray(pixels).save(stream, format="PNG")
    with whole_file(out / "report.json") as stream:
        stream.write(content_bytes(content_of(assessment, slices)))


def read_report_files(folder: Path) -> tuple[Content, Pictures]:
    """What `assess` wrote into `folder` for a report.

    Raises:
        InputError: something is missing, was changed, or is of another case than assessment.json.
    """
    content = parse_content(_read(folder, "report.json"))
    _check_same(content, _read(folder, "assessment.json"))
    return content, {(one.head, phase): _read_picture(folder, one, phase) for one in content.slices for phase in PHASES}


def _picture(head: str, phase: str) -> str:
    return f"key_slice_{head}_{phase}.png"


def _read(folder: Path, name: str) -> bytes:
    if not (folder / name).is_file():
        raise InputError(f"DIR: expected a folder that assess of this version has written, got one without {name}")
    return read_bounded(folder / name, name, MAX_BYTES)


def _check_same(content: Content, written: bytes) -> None:
    """The report says what assessment.json says, or nothing."""
    from core.io.assessment_files import nomogram_document

    says = nomogram_document(
        content.pre, content.post, content.scores, content.criteria, content.warnings, content.versions
    )
    try:
        document: Any = json.loads(written)
    except (ValueError, RecursionError):
        raise InputError("assessment.json: expected JSON, got other text") from None
    if not isinstance(document, dict) or any(document.get(name) != says[name] for name in _SAME):
        raise InputError("DIR: expected the files of one assessment, got an assessment.json that says something else")


def _read_picture(folder: Path, one: KeySlice, phase: str) -> Pixels:
    from PIL import Image

    if one.head not in HEADS:
        raise InputError("report.json: expected key slices of the network's heads, got another")
    data = _read(folder, _picture(one.head, phase))
    try:
        with Image.open(io.BytesIO(data)) as picture:
            pixels = np.asarray(picture.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError):
        raise InputError("key slice: expected a PNG that assess has written, got other content") from None
    if one.sha256.get(phase) != pixels_sha256(pixels):
        raise InputError("key slice: expected the picture that belongs to report.json, got another")
    return pixels
