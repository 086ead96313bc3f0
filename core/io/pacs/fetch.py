"""A series by WADO-RS into a folder, slice by slice, going on where a broken connection or a stopped run left it."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.io.atomic import clear_partial, whole_file
from core.io.bounded import read_bounded
from core.io.pacs.connection import BrokenConnection, asking
from core.io.pacs.search import check_uid, search_instances
from core.io.scan import MAX_FILES

if TYPE_CHECKING:
    from dicomweb_client import DICOMwebClient
    from pydicom.dataset import Dataset

Progress = Callable[[str, float], None]

LEDGER = ".fetched"
ATTEMPTS, PAUSE_SECONDS = 3, 1.0
_LEDGER_BYTES = 1 << 24


@dataclass(frozen=True)
class Wanted:
    """A series of a study, by their UIDs."""

    study: str = field(repr=False)
    series: str = field(repr=False)


@dataclass(frozen=True)
class Fetched:
    """How many slices the series has, and how many of them were there already."""

    count: int
    kept: int


@dataclass(frozen=True)
class _Entry:
    """A slice on disk: its size, and the key of the SOP instance UID in its header."""

    size: int
    key: str


def fetch_series(client: DICOMwebClient, wanted: Wanted, folder: Path, progress: Progress) -> Fetched:
    """All slices of a series as DICOM files in `folder`, which is made; names say nothing.

    A slice that is there already, with the size and the SOP instance UID it was written with, is not fetched again. A
    broken connection is tried ATTEMPTS times in all.

    Args:
        progress: called as (what, share of the slices that are there).

    Raises:
        InputError: the server cannot be asked or answers with something else, or the folder cannot be written to.
    """
    clear_partial(folder)
    entries, there = _ledger(folder), 0

    def is_there(instance: str) -> bool:
        nonlocal there
        found = _is_there(folder, instance, entries)
        there += found
        return found

    fetched = 0
    for instance, content in retrieved_series(client, wanted, progress, is_there):
        _write(folder, instance, content)
        fetched += 1
    return Fetched(there + fetched, there)


def retrieved_series(
    client: DICOMwebClient, wanted: Wanted, progress: Progress, is_there: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    """The slices of a series by their SOP instance UIDs, each as a DICOM file in memory; nothing is written.

    Args:
        progress: as in `fetch_series`.
        is_there: of the SOP instance UID of a slice; True for one that is not to be fetched again.

    Raises:
        InputError: as `fetch_series`; of a broken connection it says how many slices were there.
    """
    names = search_instances(client, wanted.study, wanted.series)
    if not 0 < len(names) <= MAX_FILES:
        raise InputError(f"PACS: expected a series of 1-{MAX_FILES} images, got {len(names)}")
    for number, instance in enumerate(names):
        progress(f"image {number + 1} of {len(names)}", number / len(names))
        if is_there(instance):
            continue
        try:
            content = _bytes(_retrieved(client, wanted, instance))
        except BrokenConnection as error:
            raise BrokenConnection(f"{error}; {number} of {len(names)} images are here, and a rerun goes on") from None
        yield instance, content


def retrieved_headers(client: DICOMwebClient, wanted: Wanted, progress: Progress) -> Iterator[Dataset]:
    """The headers of the slices of a series, with the patient's identity, in memory; nothing is written.

    Raises:
        InputError: as `retrieved_series`.
    """
    from core.io.dicom_headers import open_dicom

    for _, content in retrieved_series(client, wanted, progress, lambda _: False):
        with asking():
            header = open_dicom(io.BytesIO(content), stop_before_pixels=True)
        yield header


def _retrieved(client: DICOMwebClient, wanted: Wanted, instance: str) -> Dataset:
    """One slice as the server has it, without transcoding."""
    check_uid(instance, "instance")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with asking():
                dataset = client.retrieve_instance(
                    wanted.study, wanted.series, instance, media_types=(("application/dicom", "*"),)
                )
                came = str(dataset.SOPInstanceUID), str(dataset.SeriesInstanceUID)
            break
        except BrokenConnection:
            if attempt == ATTEMPTS:
                raise
            time.sleep(PAUSE_SECONDS * attempt)
    if came != (instance, wanted.series):
        raise InputError("PACS: expected the image that was asked for, got another")
    return dataset


def _bytes(dataset: Dataset) -> bytes:
    with asking(), io.BytesIO() as buffer:
        dataset.save_as(buffer, enforce_file_format=True)
        return buffer.getvalue()


def _write(folder: Path, instance: str, content: bytes) -> None:
    with whole_file(folder / _name(instance)) as stream:
        stream.write(content)
    with (folder / LEDGER).open("a", encoding="ascii") as ledger:
        ledger.write(f"{_name(instance)} {len(content)} {_key(instance)}\n")


def _is_there(folder: Path, instance: str, entries: dict[str, _Entry]) -> bool:
    from core.io.dicom_headers import open_dicom

    path, entry = folder / _name(instance), entries.get(_name(instance))
    if entry is None or not path.is_file() or path.stat().st_size != entry.size:
        return False
    try:
        header = open_dicom(path, specific_tags=["SOPInstanceUID"], stop_before_pixels=True)
        return _key(str(header.get("SOPInstanceUID", ""))) == entry.key
    except Exception:  # pydicom raises many kinds for damaged files; such a file is fetched again
        return False


def _ledger(folder: Path) -> dict[str, _Entry]:
    """What earlier runs wrote; a line that a crash cut short counts for nothing."""
    if not (folder / LEDGER).is_file():
        return {}
    lines = read_bounded(folder / LEDGER, "ledger of fetched images", _LEDGER_BYTES).decode("ascii", "replace")
    parts = [line.split() for line in lines.splitlines()]
    return {one[0]: _Entry(int(one[1]), one[2]) for one in parts if len(one) == 3 and one[1].isdigit()}


def _name(instance: str) -> str:
    return f"{_key(instance)}.dcm"


def _key(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:32]
