"""Assessments under way at the page's workers; without streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.case import Case
from core.findings import Assessment
from core.jobs.ticket import Ticket

if TYPE_CHECKING:
    from core.jobs.assessing import Parcel

DEMO_ID = "Demo case"


@dataclass(eq=False)
class Run(Ticket):
    """One assessment under way.

    Attributes:
        case: what is assessed; of the demo case once it is made.
        shared: the demo case's, which belongs to the whole server.
    """

    case: Case | None = None
    shared: bool = False

    def taken(self, parcel: Parcel) -> Assessment:
        """The assessment in what came back from a worker."""
        self.case, assessment = parcel.opened(self.case)
        return assessment
