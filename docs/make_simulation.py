"""Fills the tables of docs/simulation.md: what the simulated cohort obtains, and what can be read in its images.

    python docs/make_simulation.py [--patients N] [--only BLOCK ...]

N patients (200) are imaged for the readers, on a coarser grid than `simulate` writes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.ndimage import binary_erosion
from simulation_readers import auc_text, columns, concordance_text, measured, out_of_fold

from core.case import Phase
from core.simulate import latents
from core.simulate.anatomy import build_anatomy
from core.simulate.cohort import Latent, draw_patients, simulate_patient
from core.simulate.phases import CENTRES, draw_scanner, render_phase
from core.simulate.tissues import Tissue, draw_enhancement
from core.simulate.to_disk import IN_PLANE_MM
from core.simulate.tumour import TumourLook
from core.studies.simulated_cohorts import simulate_patients
from core.survival.delong import roc_auc

PAGE = Path(__file__).with_name("simulation.md")
SPACING = (IN_PLANE_MM, IN_PLANE_MM, CENTRES[0].thickness_mm)
READER_SPACING = (3.5, 3.5, 4.0)
LAW_SEED, READER_SEED = 41, 43
BODIES = 8
CEILING_PATIENTS, HORIZONS = 60_000, (12, 24, 36, 48)
TISSUES = (
    Tissue.LIVER, Tissue.AORTA, Tissue.PORTAL_VEIN, Tissue.HEPATIC_VEIN, Tissue.SPLEEN, Tissue.PANCREAS,
    Tissue.KIDNEY_CORTEX, Tissue.MUSCLE, Tissue.FAT, Tissue.GALLBLADDER,
)  # fmt: skip


def main() -> None:
    """Measure; bring the page up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=200)
    parser.add_argument("--only", nargs="+", choices=("law", "hu", "ceiling", "readers", "seconds"))
    options = parser.parse_args()
    blocks: dict[str, Callable[[], str]] = {
        "law": law_table,
        "hu": hu_table,
        "ceiling": ceiling_table,
        "readers": lambda: reader_table(options.patients),
        "seconds": seconds_table,
    }
    text = PAGE.read_text(encoding="utf-8")
    for name in options.only or blocks:
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{blocks[name]()}\n{end}{rest.split(end)[1]}"
        PAGE.write_text(text, encoding="utf-8")


def law_table() -> str:
    """Frequencies and means of 10,000 treated and 3,000 resected patients beside the sources."""
    everyone = draw_patients(10_000, 3_000, LAW_SEED)
    treated = [p for p in everyone if p.cohort == "haic"]
    resected = [p for p in everyone if p.cohort == "resection"]
    rows = [("quantity", "source", "obtained"), ("---", "---", "---")]
    for name, (without, with_mtm) in latents.SIGN_FREQUENCY.items():
        shares = [np.mean([getattr(p.look.signs, name) for p in everyone if p.mtm is m]) for m in (False, True)]
        rows.append((f"{name.replace('_', ' ')}, non-MTM / MTM", f"{without:.2f} / {with_mtm:.2f}", _pair(shares)))
    high = [np.mean([(p.clinical.afp_ng_ml or 0) >= 400 for p in everyone if p.mtm is m]) for m in (False, True)]
    rows.append(("AFP >= 400 ng/mL, non-MTM / MTM", "{:.2f} / {:.2f}".format(*latents.AFP_HIGH_FREQUENCY), _pair(high)))
    rows += _marginals(treated, resected)
    for label, group in (("treated", treated), ("resected", resected)):
        area = auc_text([p.mtm for p in group], [p.true_mtm_logit for p in group])
        rows.append((f"AUC of the ideal reader, {label}, n = {len(group)}", "about .93", area))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _pair(shares: Sequence[float]) -> str:
    return f"{shares[0]:.3f} / {shares[1]:.3f}"


def _marginals(treated: list[Latent], resected: list[Latent]) -> list[tuple[str, str, str]]:
    size = np.array([p.look.size_cm for p in treated])
    correlation = np.corrcoef([p.look.infiltration for p in treated], [p.dlr for p in treated])[0, 1]
    number = [np.mean([p.look.count == n for p in treated]) for n in (1, 2, 3)]
    sessions = np.array([p.clinical.haic_sessions for p in treated])
    given = [np.mean(sessions == n) for n in (1, 2, 3)]
    return [
        ("largest tumour, mean and SD, cm", "11.1, 3.5", f"{size.mean():.2f}, {size.std():.2f}"),
        ("1 / 2 / 3 tumours", ".285 / .056 / .024", " / ".join(f"{share:.3f}" for share in number)),
        ("PVTT", ".545", f"{np.mean([p.look.pvtt for p in treated]):.3f}"),
        ("objective response", ".456", f"{np.mean([bool(p.clinical.objective_response) for p in treated]):.3f}"),
        ("1 / 2 / 3 sessions received (published: given)", ".153 / .223 / .135", " / ".join(f"{s:.3f}" for s in given)),
        ("MTM, treated", "about .62", f"{np.mean([p.mtm for p in treated]):.3f}"),
        ("MTM, resected", ".742", f"{np.mean([p.mtm for p in resected]):.3f}"),
        ("DLR, mean and SD", ".815, .285", "{:.3f}, {:.3f}".format(*_mean_sd([p.dlr for p in treated]))),
        ("deaths in follow-up", ".611", f"{np.mean([bool(p.event) for p in treated]):.3f}"),
        ("correlation of infiltration with DLR", "assumed", f"{correlation:.2f}"),
    ]


def _mean_sd(values: Sequence[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values))


def hu_table() -> str:
    """Mean HU of tissues one voxel from their surface, over bodies of centre 0: mean over bodies and their range."""
    found: dict[Tissue, list[list[float]]] = {tissue: [[], []] for tissue in TISSUES}
    for seed in range(BODIES):
        rng = np.random.default_rng([LAW_SEED, seed])
        body, scanner = build_anatomy(seed, SPACING), draw_scanner(0, rng)
        for column, phase in enumerate((Phase.ARTERIAL, Phase.PORTAL_VENOUS)):
            delay = scanner.arterial_delay_s if phase is Phase.ARTERIAL else scanner.portal_delay_s
            hu = render_phase(body, [], draw_enhancement(phase, delay, rng), phase, scanner, rng).hu
            for tissue in TISSUES:
                inside = body.tissue == tissue
                inner = binary_erosion(inside)
                found[tissue][column].append(float(hu[inner if inner.sum() > 20 else inside].mean()))
    rows = [f"| {t.name.lower().replace('_', ' ')} | {' | '.join(_range(v) for v in found[t])} |" for t in TISSUES]
    return "\n".join(["| tissue | arterial, HU | portal venous, HU |", "|---|---|---|", *rows, *_thrombus_rows()])


def _range(values: Sequence[float]) -> str:
    return f"{np.mean(values):.0f} ({min(values):.0f} to {max(values):.0f})"


def _thrombus_rows() -> list[str]:
    from dataclasses import replace

    tumours, thrombi = [], []
    for latent in [p for p in draw_patients(80, 0, LAW_SEED) if p.look.pvtt and p.centre == 0][:BODIES]:
        case = simulate_patient(latent, SPACING)
        bare: TumourLook = replace(latent.look, pvtt=False)
        without = simulate_patient(replace(latent, look=bare), SPACING).mask.labels == 2
        lesion = case.mask.labels == 2
        thrombus = binary_erosion(lesion & ~without)
        viable = binary_erosion(without) & (case.arterial.hu > 45)
        for found, inside in ((thrombi, thrombus), (tumours, viable)):
            found.append([float(v.hu[inside].mean()) for v in (case.arterial, case.portal_venous)])
    return [
        f"| {name} | {' | '.join(_range(column) for column in np.array(found).T)} |"
        for name, found in (("viable tumour", tumours), ("tumour thrombus", thrombi))
    ]


def reader_table(count: int) -> str:
    """What simple readers reach on `count` treated patients of centre 0, out of fold, and what that means for C."""
    patients = [p for p in draw_patients(2 * count, 0, READER_SEED) if p.centre == 0][:count]
    names, values = measured(patients, READER_SPACING)
    mtm, dlr = np.array([float(p.mtm) for p in patients]), np.array([p.dlr for p in patients])
    afp = np.array([[float((p.clinical.afp_ng_ml or 0) >= 400)] for p in patients])
    rows = [("reader", "figure"), ("---", "---")]
    rows.append(("MTM: ideal reader, all latent values", auc_text(mtm, [p.true_mtm_logit for p in patients])))
    scores = {}
    for label, regions in (("largest lesion, true mask", ("lesion",)), ("whole liver, no lesion mask", ("liver",))):
        scores[label] = out_of_fold(values[:, columns(names, *regions)], mtm, chance=True)
        both = out_of_fold(np.column_stack([scores[label], afp]), mtm, chance=True)
        rows.append((f"MTM: {label}", auc_text(mtm, scores[label])))
        rows.append((f"MTM: {label}, with AFP", auc_text(mtm, both)))
        scores[label] = 1 / (1 + np.exp(-both))
    read = {}
    for label, regions in (
        ("burden by the true mask", ("burden",)),
        ("whole liver, no lesion mask", ("liver",)),
        ("parenchyma without the lesions", ("parenchyma",)),
        ("everything measured", ("burden", "liver", "parenchyma", "lesion")),
    ):
        read[label] = out_of_fold(values[:, columns(names, *regions)], dlr, chance=False)
        text = f"r = {np.corrcoef(read[label], dlr)[0, 1]:.2f}; DLR under .5 found with AUC "
        rows.append((f"DLR: {label}", text + auc_text(dlr < 0.5, -read[label])))
    rows.append(("C-index, post-HAIC nomogram, true scores", concordance_text(patients, mtm, dlr)))
    for region, burden in (("largest lesion, true mask", "everything measured"), ("whole liver, no lesion mask",) * 2):
        score = concordance_text(patients, scores[region], np.clip(read[burden], 0, 1))
        rows.append((f"C-index, MTM with AFP by {region}, DLR by {burden}", score))
    return f"{len(patients)} patients of centre 0, voxels of 3.5 x 3.5 x 4 mm.\n\n" + "\n".join(
        f"| {a} | {b} |" for a, b in rows
    )


def ceiling_table() -> str:
    """AUC of death by each horizon, among patients not censored before, by the true DLR and by PVTT, MTM and DLR."""
    drawn = simulate_patients(CEILING_PATIENTS, np.random.default_rng(LAW_SEED))
    base, lived = drawn.baseline, drawn.follow_up
    ratio = {name: np.log(value) for name, value in latents.POST_BETA.items()}
    seen = ratio["pvtt"] * base.pvtt + ratio["mtm"] * base.mtm + ratio["dlr"] * base.dlr
    rows = [f"| known, n = {CEILING_PATIENTS} | {' | '.join(f'{h} months' for h in HORIZONS)} |", "|---" * 5 + "|"]
    for name, score in (("true DLR", -base.dlr), ("true PVTT, MTM and DLR", seen)):
        areas = []
        for horizon in HORIZONS:
            known = (lived.time > horizon) | lived.event
            areas.append(roc_auc(lived.time[known] <= horizon, score[known]).value)
        rows.append(f"| {name} | {' | '.join(f'{area:.3f}' for area in areas)} |")
    return "\n".join(rows)


def seconds_table() -> str:
    """CPU seconds of one patient's images on the grid of `simulate`, without writing them."""
    patients = draw_patients(11, 0, READER_SEED)
    simulate_patient(patients[0], SPACING)
    spent = []
    for latent in patients[1:]:
        started = time.process_time()
        simulate_patient(latent, (*SPACING[:2], CENTRES[latent.centre].thickness_mm))
        spent.append(time.process_time() - started)
    return f"{np.mean(spent):.2f} CPU seconds a patient (n = {len(spent)}, at most {max(spent):.2f})"


if __name__ == "__main__":
    main()
