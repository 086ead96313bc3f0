"""The report of `cox`: a centre's own nomogram with all that its cohort says about it, on a page that stands alone."""

from __future__ import annotations

import numpy as np

from core.model_card import ModelCard
from core.report import cohort_figures as figures
from core.report import cohort_sections as shared
from core.report.html import Section, definitions, details, figure, page, paragraph, section, table
from core.report.nomogram_figure import nomogram_controls
from core.report.tripod import checklist
from core.report.wording import by_horizon, interval, p_text
from core.studies.cox_study import CoxStudy
from core.survival.cox import CoxFit
from core.survival.nomogram import axes

HOW = "the median linear predictor"


def cox_report(study: CoxStudy, card: ModelCard) -> str:
    """A whole HTML document, which asks nothing of any network."""
    unit, judged = study.settings.unit, study.performance
    corrected = None if study.internal is None else study.internal.concordance
    indices = shared.concordance_rows(study.harrell, study.uno, corrected)
    sections = [
        _nomogram(study),
        _patients(study),
        _effects(study),
        shared.groups(judged, study.follow_up, unit, HOW),
        shared.discrimination(judged, unit, indices),
        shared.calibration(judged, unit, study.internal),
        shared.decision(judged, unit),
        shared.classification(judged, unit, HOW),
        _internal(study),
        _baseline(study),
        checklist(study, card),
        shared.card(card),
        _methods(study),
    ]
    return page("A Cox nomogram and what its cohort says about it", sections, _intro(study), ("nomogram.js",))


def _intro(study: CoxStudy) -> list[str]:
    settings, selection = study.settings, study.selection
    horizon = settings.horizons[len(settings.horizons) // 2]
    survival = float(study.curves.survival(study.fit.mean, [horizon])[0])
    band = study.curves.band(study.fit.mean, [horizon])
    alive = round(100 * survival)
    lead = (
        f"Of 100 patients with average values, about {alive} are alive at {by_horizon(horizon, settings.unit)} "
        f"(range {round(100 * float(band.low[0]))}-{round(100 * float(band.high[0]))}) and {100 - alive} have died."
    )
    missing = ", ".join(f"{name} {count}" for name, count in selection.missing.items() if count) or "none"
    facts = [
        ("Patients", f"{study.fit.n} of {selection.n_read} rows; {study.fit.events} deaths"),
        ("Rows without a value", missing),
        ("Times", f"in {settings.unit}; horizons {', '.join(f'{t:g}' for t in settings.horizons)}"),
        ("Tied deaths", settings.ties.capitalize()),
        ("Cohort", settings.cohort or "name not given"),
    ]
    return [paragraph(lead, "lead"), definitions(facts), *shared.notices_list(study.notices)]


def _nomogram(study: CoxStudy) -> Section:
    units = [by_horizon(t, study.settings.unit) for t in study.settings.horizons]
    points = [[axis.label, tick.label, f"{tick.points:.1f}"] for axis in axes(study.nomogram) for tick in axis.ticks]
    return section(
        "Nomogram",
        [
            nomogram_controls(study.nomogram, study.lp_range, units),
            paragraph("Between the horizons survival is not read off here; inputs outside their axes are refused."),
            details("The points as a table", table(["Axis", "Value", "Points"], points, text_columns=(0, 1))),
        ],
        "nomogram",
    )


def _patients(study: CoxStudy) -> Section:
    alive, dead = study.fit.n - study.fit.events, study.fit.events
    rows = [
        [
            row.variable if row.test or not row.level else "",
            row.level or "median (quartiles)",
            *row.cells,
            row.test,
            (p_text(row.p) + (", approximate" if row.approximate else "")) if row.test else "",
        ]
        for row in study.baseline
    ]
    header = ["Variable", "", f"Alive (n = {alive})", f"Dead (n = {dead})", "Test", "p"]
    note = (
        "At the end of follow-up, which differs between patients: the table describes, it does not adjust. A "
        "chi-square test is approximate where an expected count is below 5."
    )
    return section("Patients", [table(header, rows, text_columns=(0, 1, 4)), paragraph(note, "small")], "patients")


def _effects(study: CoxStudy) -> Section:
    alone = {name: row for fit in study.univariable.values() for name, row in _ratios(fit).items()}
    together = _ratios(study.fit)
    rows = [[name, *alone[name], *together[name]] for name in study.fit.names]
    low, high = study.fit.interval()
    tests = study.proportional_hazards
    zph = [[name, f"{t.chi_square:.2f}", str(t.df), p_text(t.p)] for name, t in tests.terms.items()]
    zph.append(["all terms", f"{tests.overall.chi_square:.2f}", str(tests.overall.df), p_text(tests.overall.p)])
    drawn = figures.hazard_ratios(study.fit.names, np.exp(study.fit.beta), np.exp(low), np.exp(high))
    ratio_test = f"Likelihood-ratio chi-square {study.fit.likelihood_ratio:.2f}, df {len(study.fit.beta)}, "
    return section(
        "Hazard ratios",
        [
            table(["Covariate", "Alone: HR (95 % interval)", "p", "Together: HR (95 % interval)", "p"], rows),
            figure(drawn, "All terms together, with 95 % limits.", "Hazard ratios with limits"),
            paragraph(f"{ratio_test}{p_text(study.fit.likelihood_ratio_p)}."),
            table(
                ["Proportional hazards", "Chi-square", "df", "p"], zph, "A small p: the hazard ratio changes over time"
            ),
        ],
        "effects",
    )


def _ratios(fit: CoxFit) -> dict[str, list[str]]:
    low, high = fit.interval()
    rows = zip(fit.names, np.exp(fit.beta), np.exp(low), np.exp(high), fit.p, strict=True)
    return {name: [interval(ratio, lower, upper, 2), p_text(float(p))] for name, ratio, lower, upper, p in rows}


def _internal(study: CoxStudy) -> Section:
    found = study.internal
    if found is None:
        return section(
            "Internal validation",
            [paragraph("The figures are not corrected for optimism; see the warnings.")],
            "internal",
        )
    names = ["Harrell's C", "calibration slope"]
    names += [f"Brier score at {by_horizon(t, study.settings.unit)}" for t in study.settings.horizons]
    parts = (found.figures.apparent, found.figures.optimism, found.figures.value)
    rows = [[name, *(f"{part[at]:.4f}" for part in parts)] for at, name in enumerate(names)]
    note = (
        f"{found.figures.resamples} bootstrap samples, all steps repeated in each"
        + (f"; {found.figures.failed} samples gave no model and were left out" if found.figures.failed else "")
        + ". The corrected figure is what to expect on new patients of the same kind."
    )
    return section(
        "Internal validation",
        [table(["Figure", "Apparent", "Optimism", "Corrected"], rows), paragraph(note)],
        "internal",
    )


def _baseline(study: CoxStudy) -> Section:
    times = list(study.settings.horizons)
    zero = np.zeros_like(study.fit.mean)
    rows = [
        [
            by_horizon(t, study.settings.unit),
            f"{float(study.curves.cumulative_hazard(zero, [t])[0]):.6g}",
            f"{float(study.curves.survival(study.fit.mean, [t])[0]):.6f}",
        ]
        for t in times
    ]
    coefficients = [
        [name, f"{beta:.8g}", f"{mean:.8g}"]
        for name, beta, mean in zip(study.fit.names, study.fit.beta, study.fit.mean, strict=True)
    ]
    return section(
        "The model in full",
        [
            paragraph(
                "S(t|x) = exp(-H0(t) exp(sum of coefficient times value)). cox.json has the baseline at every time."
            ),
            table(["Covariate", "Coefficient", "Mean"], coefficients),
            table(["Time", "H0(t), covariates zero", "Survival at the means"], rows),
        ],
        "model",
    )


def _methods(study: CoxStudy) -> Section:
    rows = [
        (
            "Cox model",
            "partial likelihood by Newton's method; the baseline follows the treatment of ties (survival::coxph)",
        ),
        ("Bands of a patient's survival", "log-log, coefficients and baseline together (survival::survfit)"),
        ("Points", "rms::nomogram: the axis that moves the linear predictor most spans 100 points"),
        ("Concordance", "Harrell's and Uno's C, variance by the infinitesimal jackknife (survival::concordance)"),
        ("AUC, Brier score", "weights by the inverse probability of censoring, Kaplan-Meier (riskRegression::Score)"),
        ("Calibration", "fifths with Kaplan-Meier (rms::groupkm); smooth: spline of log(-log) (Austin 2020)"),
        ("Optimism", "Harrell's bootstrap"),
        ("Decision curve", "net benefit with Kaplan-Meier (Vickers 2008)"),
        ("Proportional hazards", "score test, Kaplan-Meier time (survival::cox.zph)"),
        ("Tables", "chi-square (Yates in 2 x 2) and Kruskal-Wallis tests; p values two-sided, not adjusted"),
    ]
    seeds = f"Random numbers start at {study.settings.seed}; {study.settings.resamples} resamples."
    return section("Methods", [definitions(rows), paragraph(seeds, "small")], "methods")
