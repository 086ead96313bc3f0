"""Files, folders and zips as series with a role."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.case import Phase, Volume
from core.errors import InputError
from core.geometry import Geometry
from core.imaging.phase import PhaseProposal
from core.io import series as module
from core.io.series import Series, check_one_patient, confirmed, read_pair, read_phase, read_series
from core.io.volumes import write_volume
from tests.core.io.dicom_factory import axial, phantom


def stored(path: Path, offset: int = 0, *, simulated: bool = False) -> Path:
    hu = phantom() + np.int16(offset)
    write_volume(Volume(hu, Geometry(hu.shape, axial()), Phase.ARTERIAL, "", simulated), path)
    return path


def proposals(monkeypatch: pytest.MonkeyPatch, by_offset: dict[int, Phase]) -> None:
    """Lets the proposal depend on one voxel, so that the phantom needs no anatomy."""

    def propose(hu: np.ndarray, *_: object) -> PhaseProposal:
        return PhaseProposal(by_offset[int(hu[16, 12, 3] - phantom()[16, 12, 3])], True, "told by the test")

    monkeypatch.setattr(module, "propose_phase", propose)


def test_a_file_is_one_series(tmp_path: Path) -> None:
    (series,) = read_series(stored(tmp_path / "a.nii.gz", simulated=True), "arterial series")
    assert series.summary == "NIfTI, 32 x 24 x 12 voxels of 2 x 2.5 x 5 mm, simulated"
    assert series.volume.simulated
    assert not series.proposal.certain


def test_a_zip_may_hold_nifti(tmp_path: Path) -> None:
    stored(tmp_path / "a.nii.gz")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.nii.gz", "deep/a.nii.gz")
    zipped = read_phase(tmp_path / "a.zip", Phase.ARTERIAL)
    assert zipped.volume.source_sha256 == read_phase(tmp_path / "a.nii.gz", Phase.ARTERIAL).volume.source_sha256


def test_the_role_is_given_and_doubt_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proposals(monkeypatch, {0: Phase.NATIVE})
    series = read_phase(stored(tmp_path / "a.nii"), Phase.ARTERIAL)
    assert series.volume.phase is Phase.ARTERIAL
    assert "looks native" in next(n.text for n in series.notices if n.code == "phase_doubtful")


def test_of_several_series_the_fitting_one_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proposals(monkeypatch, {0: Phase.ARTERIAL, 7: Phase.PORTAL_VENOUS, 9: Phase.NATIVE})
    for offset in (0, 7, 9):
        stored(tmp_path / f"{offset}.nii", offset)
    np.testing.assert_array_equal(read_phase(tmp_path, Phase.PORTAL_VENOUS).volume.hu, phantom() + 7)
    arterial, portal_venous = read_pair(tmp_path)
    np.testing.assert_array_equal(arterial.volume.hu, phantom())
    np.testing.assert_array_equal(portal_venous.volume.hu, phantom() + 7)


def test_ambiguity_names_the_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proposals(monkeypatch, {0: Phase.ARTERIAL, 7: Phase.ARTERIAL, 9: Phase.ARTERIAL})
    for offset in (0, 7, 9):
        stored(tmp_path / f"{offset}.nii", offset)
    with pytest.raises(InputError, match=r"^arterial series: expected one series, got 3, of which 3 look arterial$"):
        read_phase(tmp_path, Phase.ARTERIAL)
    with pytest.raises(InputError, match="got 3 of which 3 look arterial and 0 portal-venous"):
        read_pair(tmp_path)


def test_one_bad_series_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    stored(tmp_path / "a.nii")
    (tmp_path / "b.nii").write_bytes((tmp_path / "a.nii").read_bytes()[:3000])
    (series,) = read_series(tmp_path, "arterial series")
    assert "truncated" in next(n.text for n in series.notices if n.code == "series_left_out")


def test_an_empty_folder_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="got no files"):
        read_series(tmp_path, "arterial series")
    with pytest.raises(InputError, match="got no such file or folder"):
        read_series(tmp_path / "absent", "arterial series")


def test_a_zip_in_a_zip_is_named_as_such(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "inner.zip")
    with pytest.raises(InputError, match="got a zip inside a folder or zip"):
        read_series(tmp_path / "outer.zip", "arterial series")


def test_two_patients_are_never_paired(tmp_path: Path) -> None:
    (series,) = read_series(stored(tmp_path / "a.nii"), "arterial series")

    def of(key: str) -> Series:
        return Series(series.volume, series.proposal, (), "", key)

    check_one_patient(of("a"), of("a"))
    check_one_patient(of("a"), of(""))
    with pytest.raises(InputError, match="expected one patient"):
        check_one_patient(of("a"), of("b"))


def test_confirming_a_proposal_says_nothing(tmp_path: Path) -> None:
    (series,) = read_series(stored(tmp_path / "a.nii"), "arterial series")
    assert confirmed(series, series.proposal.phase).notices == series.notices


def test_real_scans_are_proposed_rightly(shared_data: Path) -> None:
    for name, phase in (
        ("lits_04_ct.nii.gz", Phase.PORTAL_VENOUS),
        ("totalsegmentator/example_ct.nii.gz", Phase.NATIVE),
    ):
        (series,) = read_series(shared_data / "ct" / name, "arterial series")
        assert series.proposal.phase is phase
        assert series.proposal.certain
        assert ("hu_clipped" in [n.code for n in series.notices]) is (phase is Phase.PORTAL_VENOUS)
