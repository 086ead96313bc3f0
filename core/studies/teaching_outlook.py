"""What the product says of a teaching case: the numbers behind questions and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.findings import Criterion, Prognosis, Score, Scores
from core.inclusion import check_inclusion
from core.staging.document import Stages, stage_all
from core.studies.teaching_cases import TeachingCase
from core.survival.model import Nomogram
from core.survival.prognoses import model_inputs, prognoses, prognosis

OTHER_DLR = (0.60, 0.95)
"""Other values that a DLR score might have had, to show what the assumed one does."""


@dataclass(frozen=True)
class TeachingOutlook:
    """One case as the pages would show it.

    Attributes:
        case: the case.
        pre, post: the prognoses; post is None without a response.
        criteria: of the study.
        stages: by every staging system.
        other_dlr: survival at 36 months, 0..1, with each DLR of OTHER_DLR in place of the assumed one.
        without_response: the prognosis with stable disease in place of what is recorded; None without a response.
    """

    case: TeachingCase
    pre: Prognosis
    post: Prognosis | None
    criteria: tuple[Criterion, ...]
    stages: Stages
    other_dlr: Mapping[float, float]
    without_response: Prognosis | None

    @property
    def main(self) -> Prognosis:
        """The post-treatment prognosis, or else the one before treatment."""
        return self.post or self.pre


def teaching_outlook(case: TeachingCase, pre: Nomogram, post: Nomogram) -> TeachingOutlook:
    """All that is asked about `case`, of which PVTT must be known; its scores are taken as exact."""
    scores = Scores(Score.manual(case.mtm), Score.manual(case.dlr))
    after = prognoses(pre, post, case.clinical, scores)[1]
    inputs = {name: value for name, value in model_inputs(case.clinical, scores).items() if value is not None}
    nomogram = pre if after is None else post
    stable = replace(case, clinical=replace(case.clinical, response="SD"))
    return TeachingOutlook(
        case=case,
        pre=prognosis(pre, inputs, {}),
        post=after,
        criteria=check_inclusion(case.clinical),
        stages=stage_all(case.clinical),
        other_dlr={dlr: prognosis(nomogram, inputs | {"dlr": dlr}, {}).os[36].value for dlr in OTHER_DLR},
        without_response=None if after is None else prognoses(pre, post, stable.clinical, scores)[1],
    )
