"""One door for images: a file, a folder or a zip, of any accepted format, as series with a proposed phase."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from core.case import Notice, Phase, Volume
from core.errors import InputError
from core.imaging.phase import PhaseProposal, propose_phase
from core.io.archive import extracted
from core.io.burned_in import burned_in_notices
from core.io.dicom import Reader, dicom_readers
from core.io.dicom_headers import Rejected
from core.io.hounsfield import to_volume
from core.io.kinds import ACCEPTED, VOLUME_KINDS, Kind, kind_of
from core.io.raw import RawImage
from core.io.scan import Found, foreign_notice, scan
from core.io.source import DicomSource
from core.io.volumes import read_image

ROLES = {Phase.ARTERIAL: "arterial series", Phase.PORTAL_VENOUS: "portal-venous series"}
_PAIR_ROLE = "image series"


@dataclass(frozen=True, eq=False)
class Series:
    """One CT series as read.

    Attributes:
        volume: HU on its own grid; volume.phase is the proposal until the user confirms it.
        proposal: the phase proposed, and why.
        notices: what was wrong with the files and how it was mended.
        summary: size, spacing and format in words, without text from tags.
        patient_key: equal for series of one patient within this process, "" if unknown; says nothing by itself.
        time_s: acquisition time of day, s; None if unknown.
        source: the DICOM series it came from, None for other files.
    """

    volume: Volume
    proposal: PhaseProposal
    notices: tuple[Notice, ...]
    summary: str
    patient_key: str = ""
    time_s: float | None = None
    source: DicomSource | None = None


def read_series(path: Path, role: str) -> list[Series]:
    """Every CT series in a file, folder or zip, in the order of acquisition where it is known.

    Args:
        role: "arterial series" and the like, for error texts.

    Raises:
        InputError: nothing that can be read as CT, in one sentence.
    """
    with opened(path, role) as found:
        series, refusals, rejected = _read_all(found, role)
    if not series:
        raise refusals[0] if refusals else InputError(f"{role}: expected {ACCEPTED}, got {_instead(found, rejected)}")
    notices = foreign_notice(found, rejected, role) + tuple(Notice("series_left_out", str(error)) for error in refusals)
    series = [replace(one, notices=one.notices + notices) for one in series]
    return sorted(series, key=lambda one: (one.time_s is None, one.time_s or 0.0))


def read_phase(path: Path, phase: Phase) -> Series:
    """The one series at `path` for a role; of several, the one whose proposal fits.

    Raises:
        InputError: unreadable, or several series of which not exactly one fits; the text names the count.
    """
    role = ROLES.get(phase, f"{phase} series")
    series = read_series(path, role)
    if len(series) == 1:
        return confirmed(series[0], phase)
    fitting = [one for one in series if one.proposal.phase is phase]
    if len(fitting) != 1:
        raise InputError(
            f"{role}: expected one series, got {len(series)}, of which {len(fitting)} look {_spoken(phase)}"
        )
    return confirmed(fitting[0], phase)


def read_pair(path: Path) -> tuple[Series, Series]:
    """The arterial and the portal-venous series of one folder or zip, as proposed.

    Where the proposals alone do not tell two series apart, the earlier is the arterial one, and a notice says so.

    Raises:
        InputError: not exactly one candidate for each phase, or series of two patients.
    """
    series = read_series(path, _PAIR_ROLE)
    arterial = [one for one in series if one.proposal.phase is Phase.ARTERIAL]
    portal_venous = [one for one in series if one.proposal.phase is Phase.PORTAL_VENOUS]
    if len(arterial) == 1 and len(portal_venous) == 1:
        pair = arterial[0], portal_venous[0]
    elif len(series) == 2 and None not in (series[0].time_s, series[1].time_s) and series[0].time_s != series[1].time_s:
        notice = Notice(
            "phase_by_time", "image series: phases told apart by acquisition time only, the earlier taken as arterial"
        )
        pair = _noted(series[0], notice), _noted(series[1], notice)
    else:
        raise InputError(
            f"{_PAIR_ROLE}: expected one arterial and one portal-venous series, "
            f"got {len(series)} of which {len(arterial)} look arterial and {len(portal_venous)} portal-venous"
        )
    check_one_patient(*pair)
    return confirmed(pair[0], Phase.ARTERIAL), confirmed(pair[1], Phase.PORTAL_VENOUS)


def check_one_patient(arterial: Series, portal_venous: Series) -> None:
    """Raises InputError if both series say whose they are, and they are of two patients."""
    keys = {arterial.patient_key, portal_venous.patient_key} - {""}
    if len(keys) > 1:
        raise InputError("arterial and portal-venous series: expected one patient, got series of two")


def confirmed(series: Series, phase: Phase) -> Series:
    """The series with the phase the user gives it; a notice where the proposal was another."""
    volume = replace(series.volume, phase=phase)
    if series.proposal.phase is phase:
        return replace(series, volume=volume)
    doubt = "looks" if series.proposal.certain else "may be"
    text = f"{ROLES.get(phase, f'{phase} series')}: {doubt} {_spoken(series.proposal.phase)} ({series.proposal.reason})"
    return _noted(replace(series, volume=volume), Notice("phase_doubtful", text))


@contextmanager
def opened(path: Path, role: str, accepted: str = ACCEPTED) -> Iterator[Found]:
    """The files of a folder or of a zip (unpacked until leaving), or the one file.

    Raises:
        InputError: no such file or folder, or a zip that cannot be trusted.
    """
    if path.is_dir():
        yield scan(path)
        return
    if not path.is_file():
        raise InputError(f"{role}: expected {accepted}, got no such file or folder")
    kind = kind_of(path)
    if kind is not Kind.ZIP:
        yield Found(((1, path, kind),))
        return
    with extracted(path, role) as folder:
        yield scan(folder)


def _read_all(found: Found, role: str) -> tuple[list[Series], list[InputError], Rejected]:
    """The series that can be read, the refusals of those that cannot, and the files that belong to none."""
    series: list[Series] = []
    refusals: list[InputError] = []
    readers, rejected = _readers(found, role)
    for read in readers:
        try:
            series.append(_series(read(), role))
        except InputError as error:
            refusals.append(error)
    return series, refusals, rejected


def _readers(found: Found, role: str) -> tuple[list[Reader], Rejected]:
    """One call for each series, so that one that cannot be read does not take the others with it."""
    readers: list[Reader] = [partial(read_image, path, role) for _, path, _ in found.of(*VOLUME_KINDS)]
    files = [(position, path) for position, path, _ in found.of(Kind.DICOM)]
    of_dicom, rejected = dicom_readers(files, found.count, role)
    return readers + of_dicom, rejected


def _series(raw: RawImage, role: str) -> Series:
    volume, notices = to_volume(raw, Phase.PORTAL_VENOUS, role)
    proposal = propose_phase(volume.hu, volume.geometry, raw.tags)
    i, j, k = volume.geometry.shape
    notices += burned_in_notices(int(raw.tags.get("burned_in", 0)), k, volume.hu, role)
    spacing = " x ".join(f"{s:.3g}" for s in volume.geometry.spacing_mm)
    summary = f"{raw.kind}, {i} x {j} x {k} voxels of {spacing} mm" + (", simulated" if raw.simulated else "")
    return Series(
        replace(volume, phase=proposal.phase), proposal, notices, summary, raw.patient_key, raw.time_s, raw.source
    )


def _instead(found: Found, rejected: Rejected) -> str:
    """What came instead of an image, in words."""
    if not found.count:
        return "no files"
    if found.count == 1:
        kind = found.files[0][2]
        inner = "a zip inside a folder or zip" if kind is Kind.ZIP else kind.value
        return rejected[0][1] if rejected else inner
    return f"{found.count} files of other kinds"


def _noted(series: Series, notice: Notice) -> Series:
    return replace(series, notices=(*series.notices, notice))


def _spoken(phase: Phase) -> str:
    return str(phase).replace("_", "-")
