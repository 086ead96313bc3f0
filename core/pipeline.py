"""The straight line of a case: images and clinical values in, an assessment out.

    liver -> registration -> image checks -> network -> heatmaps -> radiomics -> prognosis

`assess` walks the whole line; `update` walks its last step again after a clinical value or a score was changed by hand.
Neither reads nor writes anything; the browser and the command line call the same functions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from core import __version__
from core.case import Case, ClinicalRecord, LiverMask, Notice, Volume
from core.findings import Assessment, Heatmap, ImageEvidence, LiverFinding, Score, Scores
from core.imaging.lesions import largest_lesion_mm
from core.inclusion import check_inclusion, inclusion_notices
from core.models import ModelSet
from core.preparation import check_images, register
from core.segmentation.volume import volume_notices
from core.survival.disagreement import heads_notices, mtm_notices
from core.survival.prognoses import prognoses

STEPS = ("liver", "registration", "image checks", "network", "heatmaps", "radiomics", "prognosis")

Progress = Callable[[str, float], None]


def assess(case: Case, models: ModelSet, progress: Progress | None = None, heatmaps: bool = True) -> Assessment:
    """Assess one case.

    Args:
        progress: called as (step, share of the steps done before it) when each of STEPS begins.
        heatmaps: False where nobody looks at them; no score depends on them.

    Raises:
        NoLiverError: if no mask is given and no liver is found.
        ArtefactError: if weights are missing or damaged.
    """
    watch = _Stopwatch(progress)
    with watch("liver"):
        mask = case.liver_mask
        coarse = None
        if mask is None:
            mask, coarse = models.segmenter.segment(case.portal_venous.hu, case.portal_venous.geometry)
    with watch("registration"):
        arterial, registration, notices = register(case, mask, models)
    with watch("image checks"):
        checks, usable = check_images(case, arterial, mask, registration, coarse)
        notices = (*case.notes, *notices, *checks)
    phases = arterial, case.portal_venous
    evidence, drawn = _read_images(phases, mask, models, watch, heatmaps) if usable else (None, {})
    with watch("prognosis"):
        images = Assessment(
            case_id=case.case_id,
            clinical=case.clinical,
            arterial=arterial,
            portal_venous=case.portal_venous,
            liver_mask=mask,
            liver=_describe(mask),
            registration=registration,
            scores=Scores(),
            os_heads={},
            heatmaps=drawn,
            pre=None,
            post=None,
            criteria=(),
            warnings=(),
            versions=software_versions(models),
            provenance=models.provenance,
            seconds=watch.seconds,
            evidence=evidence,
            image_notices=notices,
        )
        result = update(images, models, case.clinical, case.mtm, case.dlr)
    return replace(result, seconds=dict(watch.seconds))


def update(
    assessment: Assessment,
    models: ModelSet,
    clinical: ClinicalRecord,
    mtm: float | None = None,
    dlr: float | None = None,
) -> Assessment:
    """The assessment with other clinical values or scores given by hand (0..1); the images are not looked at again."""
    scores, os_heads, score_notices = image_scores(assessment.evidence, models, clinical, mtm, dlr)
    pre, post, prognosis_notices = prognoses(models.pre, models.post, clinical, scores)
    criteria = check_inclusion(clinical)
    volume = _volume_notices(assessment.liver, clinical)
    contradictions = (*heads_notices(os_heads, (pre, post)), *mtm_notices(scores.mtm))
    of_images = (*assessment.image_notices, *volume, *score_notices, *contradictions)
    warnings = (*of_images, *prognosis_notices, *inclusion_notices(criteria))
    overrides = {name: value for name, value in (("mtm", mtm), ("dlr", dlr)) if value is not None}
    return replace(
        assessment,
        clinical=clinical,
        scores=scores,
        os_heads=os_heads,
        pre=pre,
        post=post,
        criteria=criteria,
        warnings=warnings,
        overrides=overrides,
    )


def image_scores(
    evidence: ImageEvidence | None,
    models: ModelSet,
    clinical: ClinicalRecord,
    mtm: float | None = None,
    dlr: float | None = None,
) -> tuple[Scores, Mapping[str, float], tuple[Notice, ...]]:
    """The MTM and DLR scores: by hand where given, else fused from the evidence, else unknown."""
    by_hand = Scores(
        mtm=None if mtm is None else Score.manual(mtm),
        dlr=None if dlr is None else Score.manual(dlr),
    )
    if evidence is None:
        return by_hand, {}, ()
    fused, os_heads, notices = models.fusion.scores(evidence, clinical)
    if by_hand.mtm is not None:
        notices = ()
    return Scores(mtm=by_hand.mtm or fused.mtm, dlr=by_hand.dlr or fused.dlr), os_heads, notices


def _read_images(
    phases: tuple[Volume, Volume], mask: LiverMask, models: ModelSet, watch: _Stopwatch, heatmaps: bool
) -> tuple[ImageEvidence, Mapping[str, Heatmap]]:
    """Ask the network and the radiomics model; both see the phases on one grid."""
    from core.network.crop import liver_crop

    arterial, portal_venous = phases
    liver, geometry = mask.liver, mask.geometry
    with watch("network"):
        crop, cube = liver_crop(arterial.hu, portal_venous.hu, liver, geometry)
        heads = models.network.probabilities(crop)
    with watch("heatmaps"):
        drawn = models.network.heatmaps(crop, cube, mask) if heatmaps else {}
    with watch("radiomics"):
        probabilities, contributions = models.radiomics.read(arterial.hu, portal_venous.hu, liver, geometry)
    return ImageEvidence(heads, probabilities, contributions), drawn


def _volume_notices(liver: LiverFinding | None, clinical: ClinicalRecord) -> tuple[Notice, ...]:
    """Told anew with each change of the record, for what is plausible depends on age, sex and body mass index."""
    return volume_notices(liver.volume_ml, liver.lesion_volume_ml or 0.0, clinical) if liver else ()


def _describe(mask: LiverMask) -> LiverFinding:
    lesion_ml = float(np.count_nonzero(mask.labels == 2)) * mask.geometry.voxel_volume_ml
    largest = largest_lesion_mm(mask)
    return LiverFinding(mask.volume_ml, mask.origin.value, lesion_ml if mask.has_lesions else None, largest)


def software_versions(models: ModelSet) -> dict[str, str]:
    """The version of the software and of every artefact."""
    return {"haic-nomogram": __version__, **models.versions}


@dataclass
class _Stopwatch:
    """Tells the progress and keeps the seconds of each step."""

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        if self.progress:
            self.progress(step, STEPS.index(step) / len(STEPS))
        started = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - started
