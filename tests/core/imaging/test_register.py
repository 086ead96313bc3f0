import numpy as np
from scipy import ndimage
from scipy.spatial.transform import Rotation

from core.case import Phase, Volume
from core.geometry import Geometry
from core.imaging.crop import centre_lps
from core.imaging.register import dice, on_portal_venous_grid, rigid_transform, rotation_deg, shift_mm
from core.imaging.resample import resample


def textured_body(seed: int) -> tuple[Volume, np.ndarray]:
    """A smooth random texture with an ellipsoid 'liver', 3 mm voxels."""
    grid = Geometry.from_spacing((70, 60, 50), (3.0, 3.0, 3.0), (-100.0, -90.0, -70.0))
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=grid.shape), 3)
    x, y, z = np.indices(grid.shape)
    liver = ((x - 35) / 18) ** 2 + ((y - 30) / 14) ** 2 + ((z - 25) / 13) ** 2 < 1
    hu = (2500 * noise + np.where(liver, 110, 20)).astype(np.int16)
    return Volume(hu, grid, Phase.PORTAL_VENOUS, "0" * 64), liver


def test_a_known_rigid_motion_is_undone() -> None:
    portal_venous, liver = textured_body(3)
    centre = centre_lps(liver, portal_venous.geometry)
    truth = np.eye(4)
    truth[:3, :3] = Rotation.from_euler("z", 4, degrees=True).as_matrix()
    truth[:3, 3] = centre - truth[:3, :3] @ centre + np.array([5.0, -4.0, 6.0])
    other = resample(
        portal_venous.hu, portal_venous.geometry, portal_venous.geometry, transform_lps=np.linalg.inv(truth)
    )
    arterial = Volume((other * 0.7 + 20).astype(np.int16), portal_venous.geometry, Phase.ARTERIAL, "1" * 64)

    found = rigid_transform(arterial, portal_venous, liver)

    assert abs(shift_mm(found, centre) - np.sqrt(25 + 16 + 36)) < 1.0
    assert abs(rotation_deg(found) - 4) < 1.0
    points = np.argwhere(liver) @ portal_venous.geometry.affine_lps[:3, :3].T + portal_venous.geometry.affine_lps[:3, 3]
    away = points @ (found[:3, :3] - truth[:3, :3]).T + found[:3, 3] - truth[:3, 3]
    assert np.linalg.norm(away, axis=1).max() < 2.0
    back = on_portal_venous_grid(arterial, portal_venous, found)
    assert np.corrcoef(back.hu[liver], portal_venous.hu[liver])[0, 1] > 0.95


def test_with_nothing_to_align_nothing_is_moved() -> None:
    portal_venous, liver = textured_body(5)
    far = Geometry.from_spacing(liver.shape, (3.0, 3.0, 3.0), (-100.0, -90.0, 5000.0))
    elsewhere = Volume(portal_venous.hu, far, Phase.ARTERIAL, "1" * 64)
    assert np.array_equal(rigid_transform(elsewhere, portal_venous, liver), np.eye(4))
    fine = Geometry.from_spacing((100, 100, 100), (1.0, 1.0, 1.0))
    voxel = np.zeros(fine.shape, bool)
    voxel[50, 50, 50] = True
    small = Volume(np.zeros(fine.shape, np.int16), fine, Phase.PORTAL_VENOUS, "2" * 64)
    assert np.array_equal(rigid_transform(small, small, voxel), np.eye(4))


def test_aligned_phases_stay_where_they_are() -> None:
    portal_venous, liver = textured_body(4)
    found = rigid_transform(portal_venous, portal_venous, liver)
    assert shift_mm(found, centre_lps(liver, portal_venous.geometry)) < 0.3


def test_dice_of_known_overlaps() -> None:
    first = np.array([1, 1, 0, 0], bool)
    assert dice(first, first) == 1.0
    assert dice(first, ~first) == 0.0
    assert dice(first, np.array([1, 0, 1, 0], bool)) == 0.5
    assert dice(np.zeros(4), np.zeros(4)) == 0.0
