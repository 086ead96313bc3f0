"""The report of `validate`: an existing nomogram on new patients, and the changes tried side by side."""

from __future__ import annotations

from core.model_card import ModelCard
from core.report import cohort_sections as shared
from core.report.html import Section, definitions, page, paragraph, section, table
from core.report.nomogram_figure import nomogram_controls
from core.report.wording import by_horizon, interval, p_text
from core.studies.recalibration import Candidate, ChiSquare
from core.studies.validation import Validation
from core.survival.step_function import weighted_sum

UNIT = "months"
HOW = "the nomogram's own cut"
NAMES = {
    "none": "no change",
    "baseline": "new baseline",
    "baseline_slope": "new baseline and slope",
    "refit": "new coefficients",
}
STAGING = (
    "Staging systems are given the risks that their stages had in this very cohort, which flatters them; the nomogram "
    "brings its own."
)


def validation_report(study: Validation, card: ModelCard) -> str:
    """A whole HTML document, which asks nothing of any network."""
    judged = study.performance
    indices = shared.concordance_rows(study.harrell, study.uno, None)
    sections = [
        _recalibration(study),
        shared.calibration(judged, UNIT),
        shared.discrimination(judged, UNIT, indices),
        shared.decision(judged, UNIT, STAGING if study.cohort.stages else ""),
        shared.groups(judged, study.cohort.follow_up, UNIT, HOW),
        shared.classification(judged, UNIT, HOW),
        _nomogram(study),
        shared.card(card),
    ]
    return page("A nomogram on new patients", sections, _intro(study), ("nomogram.js",))


def _intro(study: Validation) -> list[str]:
    large, cohort = study.in_the_large, study.cohort
    lead = (
        f"{large.observed:.0f} patients died where the nomogram expected {large.expected:.1f}: "
        f"{interval(*large.ratio, 2)} times as many. {study.recalibration.reason}"
    )
    missing = ", ".join(f"{name} {count}" for name, count in cohort.missing.items() if count) or "none"
    facts = [
        ("Nomogram", study.nomogram.model),
        ("Patients", f"{len(cohort.follow_up)} of {cohort.n_read} rows; {cohort.follow_up.events} deaths"),
        ("Rows without a value", missing),
        ("Recommended", NAMES[study.recalibration.recommended]),
    ]
    return [paragraph(lead, "lead"), definitions(facts), *shared.notices_list(study.notices)]


def _recalibration(study: Validation) -> Section:
    found, large = study.recalibration, study.in_the_large.log_ratio
    horizons = [by_horizon(t, UNIT) for t in study.horizons.tolist()]
    header = ["Change", "C", "Slope", *(f"Brier, {name}" for name in horizons)]
    original = [f"{study.harrell.value:.3f}", f"{study.performance.slope.value:.3f}"]
    original += [f"{score:.4f}" for score in study.performance.brier.estimates.value[1]]
    rows = [[NAMES["none"], *original]]
    rows += [[NAMES[one.change], *_figures(one)] for one in found.candidates]
    tests = [
        ["deaths between the horizons as expected", *_test(found.baseline_test)],
        ["new coefficients against those as they are", *_test(found.coefficients_test)],
        ["new coefficients against the slope alone", *_test(found.slope_test)],
    ]
    terms = [
        [name, f"{old:.4f}", *(f"{one.fit.beta[at]:.4f}" for one in found.candidates)]
        for at, (name, old) in enumerate(zip(study.nomogram.names, study.nomogram.beta, strict=True))
    ]
    body: list[str] = [
        paragraph(found.reason),
        paragraph(
            f"Calibration in the large, log of observed over expected: {interval(large.value, large.low, large.high)}."
        ),
        table(header, rows, "Side by side; in parentheses corrected for optimism, where the cohort was used to fit"),
        table(["Test", "Chi-square", "df", "p"], tests),
        table(["Coefficient", NAMES["none"], *(NAMES[one.change] for one in found.candidates)], terms),
    ]
    if found.no_refit:
        body.append(paragraph(f"New coefficients could not be had: {found.no_refit}.", "warning"))
    return section("What must change", body, "change")


def _figures(one: Candidate) -> list[str]:
    places = (3, 3, *([4] * (len(one.figures) - 2)))
    plain = [f"{value:.{digits}f}" for value, digits in zip(one.figures, places, strict=True)]
    if one.corrected is None:
        return plain
    fixed = [f"{value:.{digits}f}" for value, digits in zip(one.corrected.value, places, strict=True)]
    return [f"{a} ({b})" for a, b in zip(plain, fixed, strict=True)]


def _test(test: ChiSquare | None) -> list[str]:
    return ["-", "-", "not done"] if test is None else [f"{test.chi_square:.2f}", str(test.df), p_text(test.p)]


def _nomogram(study: Validation) -> Section:
    changed = study.changed
    lp = weighted_sum(study.cohort.x, changed.beta) - changed.lp_reference.value
    units = [by_horizon(months, UNIT) for months in changed.readings_months]
    words = f"After the recommended change: {NAMES[study.recalibration.recommended]}. It is the one in nomogram.json."
    drawn = nomogram_controls(changed, (float(lp.min()), float(lp.max())), units)
    return section("The nomogram", [paragraph(words), drawn], "nomogram")
