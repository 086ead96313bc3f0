"""nomogram.json of centres for the tests of the dashboard and of what it asks: as the command cox writes them."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from core.io.cohort_table import read_cohort_table
from core.io.selection import select
from core.studies.cox_document import cox_metrics
from core.studies.cox_study import CoxSettings, study_cox
from core.studies.own_card import CardFacts, own_card
from core.survival.own_file import own_text
from tests import r_answers

SIM = ("PVTT", "OR", "sess4", "MTM", "DLR")
LUNG = ("ph.ecog", "age", "sex", "wt.loss")
HOSTILE = "<b>A</b> ![x](http://example.com/x.png) [y](http://example.com) :material/home: $x$ **z**"


@cache
def sim(terms: Sequence[str] = SIM) -> bytes:
    """Of the simulated cohort, 12, 36 and 60 months."""
    return _made(
        r_answers.FOLDER / "cohort_sim.csv", terms, CoxSettings((12, 36, 60), cohort="a simulated cohort", resamples=0)
    )


@cache
def lung() -> bytes:
    """Of the lung data in days: horizons that are no whole months, and at most two years."""
    settings = CoxSettings((180, 365, 730), unit="days", cohort="North Central Cancer", dates="1990", resamples=0)
    return _made(r_answers.FOLDER / "data_lung.csv", LUNG, settings)


@cache
def renamed(names: tuple[tuple[str, str], ...], horizons: tuple[float, ...] = (12, 36, 60)) -> bytes:
    """Of the simulated cohort under other column names: (old, new) pairs."""
    new = dict(names)

    def rename(row: dict[str, str]) -> dict[str, str]:
        return {new.get(name, name): value for name, value in row.items()}

    return _changed(rename, tuple(new.values()), horizons)


@cache
def category(levels: tuple[str, ...] = ("A", "B", "C"), name: str = "stage") -> bytes:
    """Of the simulated cohort with sessions as a column of texts, and the DLR score."""

    def label(row: dict[str, str]) -> dict[str, str]:
        return {**row, name: levels[min(int(row["sess4"]), len(levels)) - 1]}

    return _changed(label, (name, "DLR"), (12, 36, 60))


def _changed(
    change: Callable[[dict[str, str]], dict[str, str]], terms: Sequence[str], horizons: tuple[float, ...]
) -> bytes:
    with (r_answers.FOLDER / "cohort_sim.csv").open(encoding="utf-8", newline="") as file:
        rows = [change(row) for row in csv.DictReader(file)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cohort.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return _made(path, terms, CoxSettings(horizons, cohort="a simulated cohort", resamples=0))


def _made(path: Path, terms: Sequence[str], settings: CoxSettings) -> bytes:
    columns = ("time", "status")
    study = study_cox(select(read_cohort_table(path), *columns, terms), settings, lambda *_: None)
    facts = CardFacts(settings.cohort, settings.dates, study.fit.n, study.fit.events, "0.0.0")
    return own_text(study.nomogram, own_card(study.nomogram, facts, cox_metrics(study))).encode()
