"""The TRIPOD+AI checklist of a study, filled with what this program knows and no more.

Items and numbers: Collins et al., BMJ 2024;385:e078378; the wording is our own.
"""

from __future__ import annotations

from core.model_card import ModelCard
from core.report.html import Section, link, paragraph, section, table
from core.studies.cox_study import CoxStudy

ITEMS = {
    "1": "Title names development, population, outcome",
    "2": "Abstract, structured",
    "3a": "Medical context, existing models",
    "3b": "Target population, place in care, users",
    "3c": "Known health inequalities",
    "4": "Objectives: development, evaluation or both",
    "5a": "Source of the data, and how representative",
    "5b": "Dates of accrual and end of follow-up",
    "6a": "Setting, number and place of centres",
    "6b": "Eligibility",
    "6c": "Treatments received",
    "7": "Preparation and quality of the data",
    "8a": "Outcome and time horizon",
    "8b": "Assessors of a subjective outcome",
    "8c": "Blinding of the outcome's assessment",
    "9a": "Choice of the initial predictors",
    "9b": "Definition and measurement of predictors",
    "9c": "Assessors of subjective predictors",
    "10": "How the sample size came about",
    "11": "Missing data",
    "12a": "Use of the data for development and evaluation",
    "12b": "Handling of predictors",
    "12c": "Type of model, building, internal validation",
    "12d": "Differences between clusters",
    "12e": "Measures of performance",
    "12f": "Updating of the model",
    "12g": "How predictions are calculated",
    "13": "Class imbalance",
    "14": "Fairness",
    "15": "Output of the model, and its cut",
    "16": "Differences between development and evaluation data",
    "17": "Ethical approval",
    "18a": "Funding",
    "18b": "Conflicts of interest",
    "18c": "Protocol",
    "18d": "Registration",
    "18e": "Availability of the data",
    "18f": "Availability of the code",
    "19": "Patient and public involvement",
    "20a": "Flow of participants",
    "20b": "Characteristics of participants",
    "20c": "Comparison of development and evaluation data",
    "21": "Participants and events in each analysis",
    "22": "The full model",
    "23a": "Performance with intervals",
    "23b": "Performance in clusters",
    "24": "Results of updating",
    "25": "Interpretation",
    "26": "Limitations",
    "27a": "Poor or missing input in use",
    "27b": "Expertise needed in use",
    "27c": "Next steps",
}
AUTHORS = "Not known to this program: the authors must say."
NOT_DONE = "Does not apply: nothing of the kind was done here."


def checklist(study: CoxStudy, card: ModelCard) -> Section:
    """Every item with what is known, where it stands, or that the authors must say it."""
    answers = _answers(study, card)
    rows = [[number, topic, answers.get(number, AUTHORS)] for number, topic in ITEMS.items()]
    open_items = sum(number not in answers for number in ITEMS)
    words = (
        f"{len(ITEMS) - open_items} of {len(ITEMS)} items are filled from this analysis; {open_items} are not known to "
        "this program and left to the authors. After Collins et al., BMJ 2024;385:e078378."
    )
    return section(
        "TRIPOD+AI", [paragraph(words), table(["Item", "What", "Here"], rows, text_columns=(0, 1, 2))], "tripod"
    )


def _answers(study: CoxStudy, card: ModelCard) -> dict[str, str]:
    """What is known, by item."""
    settings, n, events = study.settings, study.fit.n, study.fit.events
    horizons = ", ".join(f"{t:g}" for t in settings.horizons)
    covariates = len(study.fit.names)
    known = {
        "4": "Development of a Cox model with internal validation; no evaluation on other patients.",
        "7": f"{study.selection.n_read} rows read, {study.selection.dropped} left out for missing values; refused: "
        "negative times, events other than 0 and 1, constant and collinear terms.",
        "8a": f"Death from any cause as recorded in the event column, read at {horizons} {settings.unit}.",
        "9b": f"Columns {', '.join(study.selection.terms)}, as recorded; how they were measured the authors must say.",
        "10": f"The patients at hand: {events} deaths for {covariates} coefficients, {events / covariates:.1f} each.",
        "11": "Complete cases; the number of missing values by column stands at the top.",
        "12a": "All complete rows for development; bootstrap for internal validation.",
        "12b": "Numbers linear in the log hazard, categories by treatment contrasts; no selection of terms.",
        "12c": f"Cox proportional hazards, {settings.ties.capitalize()} ties; {settings.resamples} bootstrap samples.",
        "12d": NOT_DONE,
        "12e": "C-index, AUC over time, Brier score, calibration, net benefit: see Methods.",
        "12f": NOT_DONE,
        "12g": "S(t|x) = exp(-H0(t) exp(LP)): see The model in full.",
        "13": "Does not apply: survival model, no resampling of classes.",
        "15": f"Survival with its band, points, two risk groups; cut: the median linear predictor ({study.cut:.3f}).",
        "16": NOT_DONE,
        "18f": f"The program that made this page: {card.commit}, Apache-2.0.",
        "20a": f"{study.selection.n_read} rows, {n} analysed, {events} deaths.",
        "20b": link("See Patients", "patients"),
        "20c": NOT_DONE,
        "21": f"{n} patients, {events} deaths in every analysis.",
        "22": link("See The model in full", "model"),
        "23a": link("See Discrimination, Calibration, Internal validation", "discrimination"),
        "23b": NOT_DONE,
        "24": NOT_DONE,
        "27a": "A missing input gives no prediction; values outside the range of the cohort are refused.",
    }
    if settings.dates:
        known["5b"] = f"As stated: {settings.dates}; the end of follow-up the authors must say."
    if settings.cohort:
        known["5a"] = f"As stated: {settings.cohort}; how representative it is the authors must say."
    return known
