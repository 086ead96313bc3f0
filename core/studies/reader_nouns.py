"""What is said of the readers of a tumour board: their answers, their agreement, their calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.studies.agreement import Agreement
from core.studies.intraclass import Intraclass
from core.survival.calibration import Estimate


@dataclass(frozen=True)
class Truth:
    """What is known of a read save beside its readings.

    Attributes:
        model_mtm: the model's probability of MTM, 0..1; None where it gave none.
        model_alive: its survival by months from the first HAIC.
        histology: True for MTM, None if unknown.
        last_seen: months from the first HAIC and whether the patient died then; None without follow-up.
    """

    model_mtm: float | None
    model_alive: Mapping[int, float]
    histology: bool | None
    last_seen: tuple[float, bool] | None


@dataclass(frozen=True)
class Said:
    """One answer on one case, of a reader or of the model; None is not given."""

    case: str
    at: datetime
    mtm: bool | None
    alive: Mapping[int, float]
    truth: Truth


@dataclass(frozen=True)
class Calibration:
    """Survival estimates at one horizon against follow-up.

    Attributes:
        known: estimates of patients whose status at the horizon is known.
        brier: their mean squared error with a normal interval; None for fewer than FEWEST.
        followed: estimates of patients with any follow-up.
        mean: of these estimates; None for fewer than FEWEST.
        observed: (value, low, high) by Kaplan and Meier in the same patients, limits on the log scale; None for fewer
            than FEWEST or where follow-up ends before the horizon.
    """

    known: int
    brier: Estimate | None
    followed: int
    mean: float | None
    observed: tuple[float, float, float] | None


@dataclass(frozen=True)
class ReaderFigures:
    """One reader, or the model (name MODEL).

    Attributes:
        cases: read.
        with_model, with_histology: agreement on MTM; kappa None also for fewer than FEWEST, and where one
            says the same of all.
        horizons: by months.
    """

    name: str
    cases: int
    with_model: Agreement
    with_histology: Agreement
    horizons: Mapping[int, Calibration]


@dataclass(frozen=True)
class Together:
    """Readers of FEWEST cases or more, over the cases that all of them read.

    Attributes:
        readers: their codes.
        cases: read by all.
        kappa: Fleiss', None for fewer than three readers or FEWEST cases.
        survival: ICC(2,1) of the estimates by months, None for fewer than two readers or FEWEST cases with estimates.
    """

    readers: tuple[str, ...]
    cases: int
    kappa: Estimate | None
    survival: Mapping[int, Intraclass | None]


@dataclass(frozen=True)
class BoardStudy:
    """All of it.

    Attributes:
        figures: the model first, then readers by code.
        pairs: of readers, on MTM over the cases both read.
        together: of all readers.
        said: the answers behind it, by name, in the order of time.
    """

    figures: tuple[ReaderFigures, ...]
    pairs: tuple[tuple[str, str, Agreement], ...]
    together: Together
    said: Mapping[str, tuple[Said, ...]]
