"""The first page: the sentence, survival in numbers, curve and nomogram, stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.case import ClinicalRecord
from core.findings import Prognosis
from core.io.report_content import Content
from core.report.case.curve import curve_drawing
from core.report.case.nomogram import Patient, nomogram_drawing
from core.report.case.parts import boxes, columns, paragraph, section, space, table, tinted
from core.report.case.style import WIDTH
from core.report.sentences import (
    AXES_UNCONDITIONAL,
    FIRST_HAIC,
    GROUP_NAMES,
    MODEL_NAMES,
    UNKNOWN,
    WHERE_FROM,
    axis_readings,
    follow_up_ends,
    lead_sentence,
    percent,
    risk_sentence,
    scenario_rows,
    signed,
    still_missing,
    time_origin,
    time_spans,
    widest_source,
)
from core.staging.document import Stages, stage_all
from core.survival.model import Nomogram
from core.survival.prognoses import model_inputs
from core.survival.scenarios import scenarios

LEAD_MONTHS = 36
NUMBERS, CURVE_HEIGHT = 0.5 * WIDTH, 152.0
SYSTEMS = {
    "bclc": "BCLC 2022",
    "clip": "CLIP",
    "hklc": "HKLC",
    "ajcc8": "AJCC TNM 8",
    "albi": "ALBI",
    "child_pugh": "Child-Pugh",
}


def leading(content: Content) -> Prognosis | None:
    """The prognosis that the report leads with: the reader's, else after response if known, else before treatment."""
    chosen = {"pre": content.pre, "post": content.post}.get(content.leads or "")
    return chosen or content.post or content.pre


def prognosis_part(content: Content, models: Mapping[str, Nomogram]) -> list[Any]:
    """The blocks of the first page; `models` are the nomograms by name, pre and post."""
    found = leading(content)
    if found is None:
        return [*_without(content, models["pre"]), *_stages(content.clinical)]
    nomogram = models[found.model]
    months = _shown_horizon(found)
    conditional = found.os_conditional
    alive_at = found.months_since_first_haic if conditional else None
    sentence = lead_sentence((conditional or found.os)[months], months, alive_at)
    cuts = nomogram.cut_published.value, nomogram.cut_effective.value
    numbers = [
        _readings(content, found),
        space(5),
        _scenarios(found, nomogram),
        paragraph(f"Months are counted from {FIRST_HAIC}.", "tiny"),
        space(5),
        paragraph(f"Risk group: {GROUP_NAMES[found.risk_group]}", "bold"),
        paragraph(risk_sentence(found, *cuts), "muted"),
    ]
    remark = f"{widest_source(found)} {follow_up_ends(nomogram.follow_up_months.value)}"
    origin = f"{_which(content, found)} {time_origin(found)}"
    curve = [curve_drawing(found, WIDTH - NUMBERS - 10, CURVE_HEIGHT), paragraph(remark, "muted")]
    return [
        tinted([paragraph(sentence, "lead"), space(2), paragraph(origin, "muted")]),
        space(5),
        columns([numbers, curve], [NUMBERS, WIDTH - NUMBERS]),
        *_nomogram(content, found, nomogram),
        *_stages(content.clinical),
    ]


def _which(content: Content, found: Prognosis) -> str:
    """Which model leads, and whether the reader chose it."""
    chosen = ", as chosen by the reader" if content.leads == found.model else ""
    return f"Model: {MODEL_NAMES[found.model].lower()}{chosen}."


def _without(content: Content, nomogram: Nomogram) -> list[Any]:
    """What stands in the place of a prognosis while inputs are unknown."""
    inputs = model_inputs(content.clinical, content.scores)
    missing = still_missing([name for name in nomogram.names if inputs[name] is None])
    drawn = nomogram_drawing(nomogram, None, WIDTH)
    return [tinted([paragraph(missing, "lead")]), *section(f"Nomogram: {MODEL_NAMES['pre'].lower()}", drawn)]


def _shown_horizon(found: Prognosis) -> float:
    """Three years, or the first horizon that still lies ahead."""
    ahead = found.os_conditional or found.os
    return LEAD_MONTHS if LEAD_MONTHS in ahead else min(ahead)


def _readings(content: Content, found: Prognosis) -> Any:
    """Survival at the horizons with ranges: of the leading model, and of the other beside it."""
    words = time_spans(found.os)
    ahead = found.os_conditional
    other = content.pre if found.model == "post" else content.post
    head = ["After" if ahead is None else "By", "Alive", "95 % range"]
    head += [] if ahead is None else ["From first HAIC"]
    head += [] if other is None else [MODEL_NAMES[other.model]]
    rows = []
    for months, reading in sorted((ahead or found.os).items()):
        cells = [*percent(reading), *([] if ahead is None else [percent(found.os[months])[0]])]
        cells += (
            [] if other is None else [" ".join((percent(other.os[months])[0], f"({percent(other.os[months])[1]})"))]
        )
        rows.append([paragraph(words[months]), *(paragraph(cell, right=True) for cell in cells)])
    titles = [paragraph(name, "muted", right=number > 0) for number, name in enumerate(head)]
    first = 0.17 * NUMBERS
    shares = {3: (0.4, 0.6), 4: (0.2, 0.32, 0.48), 5: (0.14, 0.26, 0.22, 0.38)}[len(head)]
    usable = NUMBERS - 8 - first
    return table([titles, *rows], [first, *(share * usable for share in shares)])


def _scenarios(found: Prognosis, nomogram: Nomogram) -> Any:
    curve = found.conditional_curve or found.curve
    rows = scenario_rows(scenarios(curve), nomogram.follow_up_months.value)
    cells = [[paragraph(name, "bold"), paragraph(words)] for name, words in rows]
    return table(cells, [0.24 * NUMBERS, 0.76 * NUMBERS - 8], head=False)


def _nomogram(content: Content, found: Prognosis, nomogram: Nomogram) -> list[Any]:
    patient = Patient(found, axis_readings(content.clinical, content.scores))
    notes = [paragraph(AXES_UNCONDITIONAL, "tiny")] if found.os_conditional else []
    drawn = nomogram_drawing(nomogram, patient, WIDTH)
    return section(f"Nomogram: {MODEL_NAMES[found.model].lower()}", drawn, *notes, paragraph(WHERE_FROM, "tiny"))


def _stages(clinical: ClinicalRecord) -> list[Any]:
    """One box a system, and below what is unknown of those that need it."""
    found = stage_all(clinical)
    answers = stage_words(found)
    cells = [
        [paragraph(SYSTEMS[name], "muted"), paragraph(value, "stage"), paragraph(detail, "tiny")]
        for name, (value, detail) in answers.items()
    ]
    missing = [(SYSTEMS[name], getattr(found, name).missing) for name in SYSTEMS if getattr(found, name).missing]
    labels = {name: field.metadata["label"] for name, field in ClinicalRecord.__dataclass_fields__.items()}
    told = "; ".join(f"{system}: {', '.join(labels[name].lower() for name in names)}" for system, names in missing)
    note = [paragraph(f"Unknown and relevant: {told}.", "tiny")] if told else []
    return section("Stages", boxes(cells), space(2), *note)


def stage_words(found: Stages) -> dict[str, tuple[str, str]]:
    """By system, in the order of the strip: the stage, and what else belongs to it."""

    def known(value: object) -> str:
        return UNKNOWN if value is None else str(value)

    albi, child_pugh = found.albi, found.child_pugh
    return {
        "bclc": (known(found.bclc.stage), "stage"),
        "clip": (known(found.clip.score), "score, 0 to 6"),
        "hklc": (known(found.hklc.stage), "stage"),
        "ajcc8": (known(found.ajcc8.stage), "stage" if found.ajcc8.t is None else found.ajcc8.t),
        "albi": (
            known(albi.grade),
            "grade" if albi.score is None else f"grade; mALBI {albi.malbi}; score {signed(albi.score)}",
        ),
        "child_pugh": (
            known(child_pugh.class_),
            "class" if child_pugh.points is None else f"class; {child_pugh.points} points",
        ),
    }
