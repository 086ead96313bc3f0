"""How much of the simulated truth can be read in the images: simple measurements, the true masks, cross-validation.

Used by make_simulation.py. The readers are no models of the product; they say what its models can hope for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.simulate.cohort import Latent, SimulatedCase, simulate_patient
from core.simulate.latents import POST_BETA
from core.survival.concordance import concordance
from core.survival.delong import roc_auc
from core.survival.follow_up import FollowUp

Numbers = npt.NDArray[np.float64]
FOLDS = 10
PERCENTILES = (5, 25, 50, 75, 95, 99)
GRAIN_PERCENTILES = (50, 75, 90, 97, 99)
SCALES_MM = (1.5, 4.0)
NECROSIS_HU = 45.0


def measured(latents: Sequence[Latent], spacing_mm: tuple[float, float, float]) -> tuple[list[str], Numbers]:
    """Names of the measurements and their values, (n, measurements); a name begins with the region it is taken in."""
    rows = [_measure(simulate_patient(latent, spacing_mm)) for latent in latents]
    names = sorted(rows[0])
    return names, np.array([[row[name] for name in names] for row in rows])


def columns(names: Sequence[str], *regions: str) -> list[int]:
    """Where the measurements of the regions stand."""
    return [at for at, name in enumerate(names) if name.split(":")[0] in regions]


def out_of_fold(values: Numbers, target: Numbers, *, chance: bool) -> Numbers:
    """Each patient's prediction by a model that has not seen him: log odds of a logistic, or a ridge regression's."""
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = KFold(FOLDS, shuffle=True, random_state=1)
    if not chance:
        model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(0, 4, 9)))
        return np.asarray(cross_val_predict(model, values, target, cv=folds))
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.03, max_iter=3000))
    return np.asarray(cross_val_predict(model, values, target, cv=folds, method="decision_function"))


def auc_text(label: npt.ArrayLike, score: npt.ArrayLike) -> str:
    """AUC with its 95 % DeLong interval."""
    area = roc_auc(label, score)
    low, high = area.interval() or (np.nan, np.nan)
    return f"{area.value:.3f} ({low:.3f}-{high:.3f})"


def concordance_text(latents: Sequence[Latent], mtm: Numbers, dlr: Numbers) -> str:
    """Harrell's C, 95 % interval, of the post-HAIC nomogram with the given scores in place of the true ones."""
    truth = np.array([float(p.mtm) for p in latents]), np.array([p.dlr for p in latents])
    lp = np.array([p.lp_post for p in latents], dtype=np.float64)
    lp += np.log(POST_BETA["mtm"]) * (mtm - truth[0]) + np.log(POST_BETA["dlr"]) * (dlr - truth[1])
    time, event = np.array([p.time_months for p in latents]), np.array([bool(p.event) for p in latents])
    found = concordance(FollowUp(time, event), lp)
    low, high = found.interval()
    return f"{found.value:.3f} ({low:.3f}-{high:.3f})"


def _measure(case: SimulatedCase) -> dict[str, float]:
    spacing, labels = case.mask.geometry.spacing_mm, case.mask.labels
    hit = np.argwhere(labels > 0)
    box = tuple(
        slice(max(0, int(low) - 6), int(high) + 7) for low, high in zip(hit.min(axis=0), hit.max(axis=0), strict=True)
    )
    labels = labels[box]
    parts, _ = ndimage.label(labels == 2)
    sizes = np.bincount(parts.ravel())[1:]
    main = parts == 1 + int(sizes.argmax())
    regions = {"lesion": main, "liver": labels > 0, "parenchyma": labels == 1}
    phases = [volume.hu[box].astype(np.float32) for volume in (case.arterial, case.portal_venous)]
    smooth = [[ndimage.gaussian_filter(hu, [mm / s for s in spacing]) for mm in SCALES_MM] for hu in phases]
    found = {}
    for region, inside in regions.items():
        for phase, hu, (fine, coarse) in zip("ap", phases, smooth, strict=True):
            found |= {f"{region}:{phase}_{k}": v for k, v in _statistics(hu[inside]).items()}
            found |= {f"{region}:{phase}_sd2": fine[inside].std(), f"{region}:{phase}_sd4": coarse[inside].std()}
            # what is finer than rims and necrosis: as a radiomics filter of this scale sees it
            grain = np.log1p(np.percentile(np.abs(fine - coarse)[inside], GRAIN_PERCENTILES))
            found |= {f"{region}:{phase}_grain{n}": v for n, v in zip(GRAIN_PERCENTILES, grain, strict=True)}
        found |= {f"{region}:wash_{k}": v for k, v in _statistics(smooth[0][0][inside] - smooth[1][0][inside]).items()}
        dark = (smooth[0][0][inside] < NECROSIS_HU) & (smooth[1][0][inside] < NECROSIS_HU)
        found[f"{region}:necrosis"] = dark.mean()
    found |= _rim(main, [pair[0] for pair in smooth], spacing)
    found |= _burden(labels, sizes, smooth[1][0], spacing)
    return {name: float(value) for name, value in found.items()}


def _statistics(values: npt.NDArray[np.floating]) -> dict[str, float]:
    mean, spread = values.mean(), values.std() + 1e-6
    z = (values - mean) / spread
    shape = {"mean": mean, "sd": spread, "skewness": (z**3).mean(), "kurtosis": (z**4).mean()}
    return shape | {f"p{n}": v for n, v in zip(PERCENTILES, np.percentile(values, PERCENTILES), strict=True)}


def _rim(
    main: npt.NDArray[np.bool_], phases: list[npt.NDArray[np.float32]], spacing: tuple[float, float, float]
) -> dict[str, float]:
    depth = ndimage.distance_transform_edt(main, sampling=spacing)
    edge, shell = main & (depth < 8), main & (depth < 4)
    core = main & (depth >= 10)
    core = core if core.sum() > 30 else main
    volume = main.sum() * float(np.prod(spacing))
    faces = sum(np.abs(np.diff(main.astype(np.int8), axis=a)).sum() / spacing[a] for a in range(3))
    found = {"lesion:roughness": faces * float(np.prod(spacing)) / volume ** (2 / 3)}
    for phase, hu in zip("ap", phases, strict=True):
        found[f"lesion:{phase}_rim"] = hu[edge].mean() - hu[core].mean()
        found[f"lesion:{phase}_rim_sd"] = hu[edge].std()
        found[f"lesion:{phase}_shell"] = hu[shell].mean() - hu[core].mean()
    return found


def _burden(
    labels: npt.NDArray[np.uint8],
    sizes: npt.NDArray[np.intp],
    portal: npt.NDArray[np.float32],
    spacing: tuple[float, float, float],
) -> dict[str, float]:
    voxel_ml = float(np.prod(spacing)) / 1000
    liver, tumour = np.count_nonzero(labels) * voxel_ml, np.count_nonzero(labels == 2) * voxel_ml
    outside = ndimage.distance_transform_edt(labels == 0, sampling=spacing)
    fluid = (outside > 2) & (outside < 14) & (portal > -10) & (portal < 30)
    return {
        "burden:largest": np.log(sizes.max() * voxel_ml),
        "burden:rest": np.log1p(tumour - sizes.max() * voxel_ml),
        "burden:share": tumour / liver,
        "burden:liver": np.log(liver),
        "burden:number": np.log(len(sizes)),
        "burden:number_over_100_ul": np.log1p((sizes * voxel_ml > 0.1).sum()),
        "burden:fluid": fluid.sum() * voxel_ml,
    }
