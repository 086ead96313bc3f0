"""Contrast phases on a drawn abdomen and on real scans."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.case import Phase
from core.geometry import RAS_TO_LPS, Geometry
from core.imaging.enhancement import measure
from core.imaging.phase import check_enhancement, phase_told, propose_phase

GEOMETRY = Geometry.from_spacing((100, 80, 40), (3.0, 3.0, 3.0))

# HU of aorta, liver, kidneys
NATIVE = (42, 55, 35)
ARTERIAL = (300, 70, 180)
PORTAL_VENOUS = (150, 110, 170)


def abdomen(organs: tuple[int, int, int], noise_hu: float = 15.0) -> tuple[np.ndarray, np.ndarray]:
    """HU and liver mask: an elliptical body with spine, aorta, liver and kidneys, on 3 mm voxels."""
    aorta, liver, kidney = organs
    i, j, _ = np.meshgrid(*[np.arange(n) for n in GEOMETRY.shape], indexing="ij")
    hu = np.full(GEOMETRY.shape, -1000.0)
    hu[((i - 50) / 46.0) ** 2 + ((j - 40) / 34.0) ** 2 < 1] = -90
    hu[((i - 50) / 43.0) ** 2 + ((j - 40) / 31.0) ** 2 < 1] = 55
    hu[(abs(i - 50) < 30) & (j > 22) & (j < 55)] = -90
    inside = ((i - 30) / 20.0) ** 2 + ((j - 32) / 20.0) ** 2 < 1
    hu[inside] = liver
    for side in (30, 70):
        hu[((i - side) / 8.0) ** 2 + ((j - 56) / 6.0) ** 2 < 1] = kidney
    vertebra = np.hypot(i - 50, j - 54)
    hu[vertebra < 7.5] = 160
    hu[(vertebra >= 6.5) & (vertebra < 7.5)] = 500
    hu[(abs(i - 50) < 2) & (j > 60) & (j < 70)] = 500
    hu[np.hypot(i - 53, j - 42) < 4] = aorta
    rng = np.random.default_rng(1)
    return np.rint(hu + noise_hu * rng.standard_normal(hu.shape)).astype(np.int16), inside


@pytest.mark.parametrize(
    ("organs", "phase"),
    [(NATIVE, Phase.NATIVE), (ARTERIAL, Phase.ARTERIAL), (PORTAL_VENOUS, Phase.PORTAL_VENOUS)],
)
def test_phase_is_proposed_from_enhancement(organs: tuple[int, int, int], phase: Phase) -> None:
    hu, liver = abdomen(organs)
    proposal = propose_phase(hu, GEOMETRY)
    assert proposal.phase is phase
    assert proposal.certain
    for measured in (measure(hu, GEOMETRY), measure(hu, GEOMETRY, liver)):
        assert measured.aorta == pytest.approx(organs[0], abs=12)
        assert measured.liver == pytest.approx(organs[1], abs=6)


def test_storage_order_does_not_matter() -> None:
    hu, _ = abdomen(ARTERIAL)
    affine = GEOMETRY.affine_lps @ np.diag([-1.0, -1.0, -1.0, 1.0])
    affine = affine[:, [2, 0, 1, 3]]
    turned = Geometry((40, 100, 80), affine)
    assert propose_phase(hu[::-1, ::-1, ::-1].transpose(2, 0, 1), turned).phase is Phase.ARTERIAL


def test_tags_and_enhancement_are_weighed_and_tags_never_repeated() -> None:
    hu, _ = abdomen(PORTAL_VENOUS)
    agreeing = propose_phase(hu, GEOMETRY, {"series_description": "DOE portal venous"})
    assert (agreeing.phase, agreeing.certain) == (Phase.PORTAL_VENOUS, True)
    delayed = propose_phase(hu, GEOMETRY, {"series_description": "Delay 5 min"})
    assert (delayed.phase, delayed.certain) == (Phase.DELAYED, True)
    against = propose_phase(hu, GEOMETRY, {"series_description": "DOE native"})
    assert (against.phase, against.certain) == (Phase.PORTAL_VENOUS, False)
    assert not any("DOE" in proposal.reason for proposal in (agreeing, delayed, against))


def test_contrast_agent_without_enhancement_is_doubtful() -> None:
    hu, _ = abdomen(NATIVE)
    proposal = propose_phase(hu, GEOMETRY, {"contrast_agent": "DOE 350"})
    assert (proposal.phase, proposal.certain) == (Phase.NATIVE, False)
    assert "DOE" not in proposal.reason


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("Abd ART 1.0", Phase.ARTERIAL),
        ("arterielle Phase", Phase.ARTERIAL),
        ("late arterial", Phase.ARTERIAL),
        ("PORTAL VENOUS 5mm", Phase.PORTAL_VENOUS),
        ("liver_PVP", Phase.PORTAL_VENOUS),
        ("Abd nativ", Phase.NATIVE),
        ("W/O CONTRAST", Phase.NATIVE),
        ("delayed 3 min", Phase.DELAYED),
        ("arterial and portal", None),
        ("CT ABDOMEN", None),
        ("start of heart", None),
        ("", None),
    ],
)
def test_words_of_a_description(text: str, phase: Phase | None) -> None:
    assert phase_told({"series_description": text}) is phase


def test_an_empty_scan_gives_an_uncertain_proposal() -> None:
    geometry = Geometry.from_spacing((20, 20, 20), (3.0, 3.0, 3.0))
    proposal = propose_phase(np.full(geometry.shape, -1000, np.int16), geometry)
    assert not proposal.certain
    assert "no organ could be measured" in proposal.reason


def codes(arterial: tuple[int, int, int], portal_venous: tuple[int, int, int]) -> list[str]:
    first, liver = abdomen(arterial)
    second, _ = abdomen(portal_venous, 16.0)
    return [notice.code for notice in check_enhancement(first, second, liver, GEOMETRY)]


def test_a_right_pair_raises_no_notice() -> None:
    assert codes(ARTERIAL, PORTAL_VENOUS) == []


def test_wrong_pairs_are_named() -> None:
    assert codes(PORTAL_VENOUS, ARTERIAL) == ["phases_swapped"]
    assert codes(PORTAL_VENOUS, PORTAL_VENOUS) == ["same_phase"]
    assert codes(NATIVE, PORTAL_VENOUS) == ["non_contrast"]
    assert codes(NATIVE, NATIVE) == ["non_contrast", "non_contrast"]


def test_the_same_voxels_twice_are_named() -> None:
    hu, liver = abdomen(PORTAL_VENOUS)
    (notice,) = check_enhancement(hu, hu.copy(), liver, GEOMETRY)
    assert notice.code == "same_phase"
    assert "same voxels twice" in notice.text


def real(folder: Path, image: str, labels: str) -> tuple[np.ndarray, np.ndarray, Geometry]:
    import nibabel

    scan, mask = nibabel.load(folder / image), nibabel.load(folder / labels)
    hu = np.asarray(scan.dataobj).astype(np.int16)
    return hu, np.asarray(mask.dataobj) > 0, Geometry(hu.shape, RAS_TO_LPS @ scan.affine)


def test_real_non_contrast_scan_is_flagged(shared_data: Path) -> None:
    hu, liver, geometry = real(shared_data / "ct" / "totalsegmentator", "example_ct.nii.gz", "liver.nii.gz")
    notices = check_enhancement(hu + np.int16(4), hu, liver, geometry)
    assert [notice.code for notice in notices] == ["non_contrast", "non_contrast"]
    assert notices[0].text.startswith("arterial series")
    assert notices[1].text.startswith("portal-venous series")


@pytest.mark.parametrize("case", [2, 5, 8])
def test_real_portal_venous_scans_are_not_flagged(shared_data: Path, case: int) -> None:
    name = f"lits_{case:02d}"
    hu, liver, geometry = real(shared_data / "ct", f"{name}_ct.nii.gz", f"{name}_labels.nii.gz")
    assert [n.code for n in check_enhancement(hu + np.int16(1), hu, liver, geometry)] == ["same_phase"]
