"""The figures of a case as a DICOM structured report by TID 1500 (PS3.16), observed by this software."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.findings import LiverFinding, Prognosis, ScoreOrigin, Scores, Survival
from core.io.dicom_objects import codes
from core.io.dicom_objects.derivation import Derivation, equipment, settle
from core.io.dicom_seg_writer import PRODUCT
from core.io.report_content import Content
from core.model_card import INTENDED_USE

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.sr.coding import Code

_LESION_SEGMENT = 2
_DIGITS = {"mL": 1, "mm": 1, "1": 4}
"""Decimals by unit: what a reader can use; assessment.json has all of them."""


def report_object(content: Content, segmentation: Dataset | None, derivation: Derivation, version: str) -> Any:
    """The report, unverified as nobody has signed it; survival and scores are numbers of 0..1 with unit 1.

    Args:
        segmentation: the mask that the volumes are of, None where there is none.

    Raises:
        ValueError: nothing was measured.
        ValueError, TypeError, AttributeError: headers that contradict each other.
    """
    from highdicom.sr import ComprehensiveSR, MeasurementReport

    tree = MeasurementReport(
        observation_context=_observer(derivation, version),
        procedure_reported=codes.ct(),
        imaging_measurements=_groups(content, segmentation, derivation, version),
        referenced_images=_described(derivation.headers),
    )
    tree[0].ContentSequence.append(_sentences(content))
    dataset = ComprehensiveSR(
        evidence=[*derivation.headers, *([] if segmentation is None else [segmentation])],
        content=tree,
        **derivation.place("report", "report"),
        **equipment(version),
        is_complete=True,
        coding_schemes=[codes.scheme_item()],
    )
    return settle(dataset, derivation, f"Measurements, research use ({PRODUCT})")


def _described(headers: list[Dataset]) -> list[Dataset] | None:
    """The images of the image library, which can describe single slices only; all are named as evidence in any case."""
    return None if any("PixelSpacing" not in one for one in headers) else headers


def _observer(derivation: Derivation, version: str) -> Any:
    from highdicom.sr import DeviceObserverIdentifyingAttributes, ObservationContext, ObserverContext
    from pydicom.sr.codedict import codes as dictionary

    device = DeviceObserverIdentifyingAttributes(
        uid=derivation.uid("observer"),
        name=f"{PRODUCT} {version}",
        manufacturer_name=PRODUCT,
        model_name=PRODUCT,
        serial_number=version,
    )
    context = ObserverContext(observer_type=dictionary.DCM.Device, observer_identifying_attributes=device)
    return ObservationContext(observer_device_context=context)


def _groups(content: Content, segmentation: Dataset | None, derivation: Derivation, version: str) -> list[Any]:
    groups: list[Any] = []
    if content.liver is not None:
        groups += _volumes(content.liver, segmentation, derivation, version)
    if content.scores.mtm is not None or content.scores.dlr is not None:
        groups.append(
            _group("image scores", codes.own(*codes.IMAGE_SCORES), _scores(content.scores), derivation, version)
        )
    for model, found in (("pre", content.pre), ("post", content.post)):
        if found is not None:
            name, numbers = f"nomogram {model}", _prognosis(found)
            risk = {codes.RISK_GROUP: codes.risk_group(found.risk_group)}
            groups.append(_group(name, codes.nomogram(model), numbers, derivation, version, risk))
    return groups


def _volumes(liver: LiverFinding, segmentation: Dataset | None, derivation: Derivation, version: str) -> list[Any]:
    """The whole liver; then by segment, of which the first is the liver without its lesions."""
    lesion_ml = liver.lesion_volume_ml
    whole = [_number(codes.own(*codes.LIVER_WITH_LESIONS), liver.volume_ml, codes.millilitre())]
    groups = [_group("liver", codes.liver(), whole, derivation, version)]
    if segmentation is None:
        return groups
    tissue = [_number(codes.volume(), liver.volume_ml - (lesion_ml or 0.0), codes.millilitre())]
    groups.append(_segment(1, codes.liver(), tissue, segmentation, derivation, version))
    if lesion_ml is not None and len(segmentation.SegmentSequence) >= _LESION_SEGMENT:
        numbers = [_number(codes.volume(), lesion_ml, codes.millilitre())]
        if liver.largest_lesion_mm is not None:
            numbers.append(_number(codes.longest_diameter(), liver.largest_lesion_mm, codes.millimetre()))
        groups.append(_segment(_LESION_SEGMENT, codes.lesion(), numbers, segmentation, derivation, version))
    return groups


def _segment(
    number: int, finding: Code, numbers: list[Any], segmentation: Dataset, derivation: Derivation, version: str
) -> Any:
    """Measurements of one segment of the segmentation, with the series that it is of."""
    from highdicom.sr import FindingSite, ReferencedSegment, SourceSeriesForSegmentation
    from highdicom.sr import VolumetricROIMeasurementsAndQualitativeEvaluations as VolumeGroup

    segment = ReferencedSegment(
        segmentation.SOPClassUID,
        segmentation.SOPInstanceUID,
        number,
        source_series=SourceSeriesForSegmentation(str(derivation.headers[0].SeriesInstanceUID)),
    )
    return VolumeGroup(
        tracking_identifier=_tracking(f"segment {number}", derivation),
        referenced_segment=segment,
        finding_type=finding,
        algorithm_id=_algorithm(version),
        finding_sites=[FindingSite(codes.liver())],
        measurements=numbers,
    )


def _group(
    name: str,
    finding: Code,
    numbers: list[Any],
    derivation: Derivation,
    version: str,
    said: Mapping[tuple[str, str], Code] | None = None,
) -> Any:
    """Measurements of the whole case; each group says what it is for."""
    from highdicom.sr import MeasurementsAndQualitativeEvaluations, QualitativeEvaluation

    answers = {**(said or {}), codes.INTENDED_USE: codes.own(*codes.RESEARCH_ONLY)}
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(name, derivation),
        finding_type=finding,
        algorithm_id=_algorithm(version),
        measurements=numbers,
        qualitative_evaluations=[QualitativeEvaluation(codes.own(*key), value) for key, value in answers.items()],
    )


def _scores(scores: Scores) -> list[Any]:
    numbers = []
    for name, score in (("mtm", scores.mtm), ("dlr", scores.dlr)):
        if score is not None:
            bounded = Survival(score.value, score.low, score.high)
            numbers += _bounded(lambda bound, name=name: codes.score(name, bound), bounded)
    return numbers


def _prognosis(found: Prognosis) -> list[Any]:
    numbers = [_number(codes.own(*codes.TOTAL_POINTS), round(found.total_points, 1), codes.no_units())]
    for month, reading in sorted(found.os.items()):
        numbers += _bounded(lambda bound, month=month: codes.survival(month, bound), reading)
    since = found.months_since_first_haic
    for month, reading in sorted((found.os_conditional or {}).items()):
        numbers += _bounded(lambda bound, month=month: codes.survival(month, bound, since), reading)
    return numbers


def _bounded(name: Any, reading: Survival) -> list[Any]:
    """A value and the bounds of its 95 % interval as three numbers, which every viewer shows."""
    values: dict[codes.Bound, float] = {"": reading.value, "low": reading.low, "high": reading.high}
    return [_number(name(bound), value, codes.no_units()) for bound, value in values.items()]


def _number(name: Code, value: float, unit: Code) -> Any:
    from highdicom.sr import Measurement

    digits = _DIGITS[unit.value]
    return Measurement(name=name, value=round(float(value), digits), unit=unit)


def _tracking(name: str, derivation: Derivation) -> Any:
    from highdicom.sr import TrackingIdentifier

    return TrackingIdentifier(uid=derivation.uid(f"tracking {name}"), identifier=name)


def _algorithm(version: str) -> Any:
    from highdicom.sr import AlgorithmIdentification

    return AlgorithmIdentification(name=PRODUCT, version=version)


def _remarks(content: Content) -> list[str]:
    """Whose the scores are, whether images were computed, and what is doubtful."""
    named = (("MTM", content.scores.mtm), ("DLR", content.scores.dlr))
    by_hand = [f"{name} score: given by hand" for name, one in named if one and one.origin is ScoreOrigin.MANUAL]
    computed = [f"{phase}: computed, not scanned" for phase, yes in (content.simulated or {}).items() if yes]
    return [*by_hand, *computed, *(notice.text for notice in content.warnings)]


def _sentences(content: Content) -> Any:
    """What it is not, where the scores come from, which versions made it: text in a container of TID 1500."""
    from highdicom.sr import ContainerContentItem, ContentSequence, TextContentItem

    comment = codes.standard("121106", "DCM", "Comment")
    versions = ", ".join(f"{name} {version}" for name, version in sorted(content.versions.items()))
    provenance = [f"{name}: {sentence}" for name, sentence in sorted(content.provenance.items())]
    sentences = [f"Research use. {INTENDED_USE}", *provenance, *_remarks(content), f"Made by {versions}."]
    box = ContainerContentItem(
        name=codes.standard("C0034375", "UMLS", "Qualitative Evaluations"), relationship_type="CONTAINS"
    )
    items = [TextContentItem(name=comment, value=one, relationship_type="CONTAINS") for one in sentences]
    box.ContentSequence = ContentSequence(items)
    return box
