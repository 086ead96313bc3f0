"""What holds for every system where values are unknown, against brute force over all complete records."""

from collections.abc import Callable, Iterator
from itertools import product
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.case import ClinicalRecord
from core.staging.ajcc8 import ajcc8
from core.staging.bclc import bclc
from core.staging.child_pugh import child_pugh
from core.staging.clip import clip
from core.staging.document import Stages, stage_all
from core.staging.hklc import hklc
from core.staging.unknowns import by_lower, by_upper
from tests.core.staging.records import NEVER_BLOCKING, VALUES, consistent, values_of_records

PARTS = ("bilirubin_umol_l", "albumin_g_l", "inr", "ascites", "encephalopathy_grade")
BEYOND = ("extrahepatic_spread", "lymph_node_metastasis", "metastasis_lung")
TUMOUR = ("tumour_count", "largest_tumour_cm")
INVASION = ("pvtt", "macrovascular_invasion", "intrahepatic_venous_invasion")
USED = {
    "child_pugh": PARTS,
    "bclc": (*PARTS, *TUMOUR, *BEYOND, *INVASION, "ecog", "transplant_candidate"),
    "clip": (*PARTS, *INVASION, "tumour_count", "liver_involvement_over_half", "massive_or_diffuse", "afp_ng_ml"),
    "hklc": (*PARTS, *TUMOUR, *BEYOND, *INVASION, "ecog", "massive_or_diffuse", "extrahepatic_vascular_invasion"),
    "ajcc8": (
        *TUMOUR,
        *BEYOND,
        *INVASION,
        "major_vein_invasion",
        "adjacent_organ_invasion",
        "peritoneal_perforation",
    ),
}
Answer = Callable[[ClinicalRecord], Any]
ANSWERS: dict[str, tuple[Answer, Answer]] = {
    "child_pugh": (lambda c: child_pugh(c).class_, lambda c: ()),
    "bclc": (lambda c: bclc(c).stage, lambda c: bclc(c).missing),
    "clip": (lambda c: clip(c).score, lambda c: clip(c).missing),
    "hklc": (lambda c: hklc(c).stage, lambda c: hklc(c).missing),
    "tumour": (lambda c: hklc(c).tumour, lambda c: ()),
    "ajcc8": (lambda c: ajcc8(c).stage, lambda c: ajcc8(c).missing),
    "t": (lambda c: ajcc8(c).t, lambda c: ()),
}
USED |= {"tumour": (*TUMOUR, *INVASION, "massive_or_diffuse"), "t": USED["ajcc8"]}


def complete(values: dict[str, Any], hidden: list[str]) -> Iterator[ClinicalRecord]:
    """Every record that the hidden fields could turn out to be; nodes and perforation are absent by the contract."""
    choices = [(False,) if name in NEVER_BLOCKING else VALUES[name] for name in hidden]
    for chosen in product(*choices):
        filled = values | dict(zip(hidden, chosen, strict=True))
        if filled == consistent(filled):
            yield ClinicalRecord(**filled)


def known_values() -> st.SearchStrategy[dict[str, Any]]:
    """Values of a complete and consistent record."""
    columns = {name: st.sampled_from(known) for name, known in VALUES.items()}
    return st.fixed_dictionaries(columns).filter(lambda values: values == consistent(values))


@st.composite
def partly_known(draw: st.DrawFn, system: str) -> tuple[dict[str, Any], list[str]]:
    """A complete, possible record of which up to five fields that the system uses are hidden."""
    values = draw(known_values())
    hidden = draw(st.lists(st.sampled_from(USED[system]), unique=True, max_size=5))
    return values | dict.fromkeys(hidden), hidden


@pytest.mark.parametrize("system", ANSWERS)
@given(data=st.data())
def test_a_stage_is_given_exactly_where_it_is_determined(system: str, data: st.DataObject) -> None:
    values, hidden = data.draw(partly_known(system))
    answer, _ = ANSWERS[system]
    possible = {answer(clinical) for clinical in complete(values, hidden)}
    assert None not in possible
    assert answer(ClinicalRecord(**values)) == (possible.pop() if len(possible) == 1 else None)


@pytest.mark.parametrize("system", ["bclc", "clip", "hklc"])
@given(data=st.data())
def test_missing_names_exactly_what_could_change_the_stage(system: str, data: st.DataObject) -> None:
    values, hidden = data.draw(partly_known(system))
    answer, missing = ANSWERS[system]
    stages = {tuple(getattr(c, name) for name in hidden): answer(c) for c in complete(values, hidden)}
    matters = {
        name
        for place, name in enumerate(hidden)
        for one, other in product(stages, stages)
        if stages[one] != stages[other]
        and all(a == b or at == place for at, (a, b) in enumerate(zip(one, other, strict=True)))
    }
    listed = {name for name in hidden if name in NEVER_BLOCKING and system != "clip"}
    implied = {"metastasis_lung", *INVASION}
    found = set(missing(ClinicalRecord(**values)))
    # A finding and what implies it share one name, and cannot always change one without the other.
    assert found - implied - {"extrahepatic_spread"} == (matters | listed) - implied - {"extrahepatic_spread"}


@given(values_of_records(), st.data())
def test_filling_unknown_values_never_changes_a_stage(values: dict[str, Any], data: st.DataObject) -> None:
    before = stages(ClinicalRecord(**values))
    filled = {
        name: data.draw(st.sampled_from(VALUES[name])) if value is None and name not in NEVER_BLOCKING else value
        for name, value in values.items()
    }
    after = stages(ClinicalRecord(**agreeing(filled, values)))
    assert {name: stage for name, stage in before.items() if stage is not None and after[name] != stage} == {}


@given(values_of_records())
def test_absent_nodes_and_perforation_change_nothing_but_the_list(values: dict[str, Any]) -> None:
    unknown = values | dict.fromkeys(NEVER_BLOCKING)
    absent = values | dict.fromkeys(NEVER_BLOCKING, False)
    assert stages(ClinicalRecord(**unknown)) == stages(ClinicalRecord(**absent))
    found = stage_all(ClinicalRecord(**unknown))
    assert "lymph_node_metastasis" in found.bclc.missing
    assert "lymph_node_metastasis" in found.hklc.missing
    assert set(NEVER_BLOCKING) <= set(found.ajcc8.missing)


@given(values_of_records())
def test_something_that_blocks_is_missing_exactly_where_no_stage_is_given(values: dict[str, Any]) -> None:
    clinical = ClinicalRecord(**values)
    found = stage_all(clinical)
    for stage, missing in (
        (found.bclc.stage, found.bclc.missing),
        (found.clip.score, found.clip.missing),
        (found.hklc.stage, found.hklc.missing),
        (found.ajcc8.t and found.ajcc8.stage, found.ajcc8.missing),
    ):
        assert bool(set(missing) - set(NEVER_BLOCKING)) == (stage is None)
        assert all(getattr(clinical, name) is None for name in missing)


@given(values_of_records())
def test_reasons_are_words_of_known_inputs(values: dict[str, Any]) -> None:
    clinical = ClinicalRecord(**values)
    found = stage_all(clinical)
    for system in (found.albi, found.child_pugh, found.bclc, found.clip, found.hklc, found.ajcc8):
        for name, words in system.reasons.items():
            known = name in ("child_pugh", "tumour") or getattr(clinical, name) is not None
            assert known or words.startswith("excluded")
            assert words
    if found.bclc.stage is not None:
        assert found.bclc.reasons
    if found.hklc.stage is not None:
        assert found.hklc.reasons


def test_classes_of_numbers() -> None:
    assert [by_upper(value, (2, 3, inf)) for value in (1.9, 2, 2.1, 3, 3.1)] == [(2,), (2,), (3,), (3,), (inf,)]
    assert by_upper(None, (2, 3, inf)) == (2, 3, inf)
    assert [by_lower(value, (-inf, 400)) for value in (399.9, 400, 400.1)] == [(-inf,), (400,), (400,)]
    assert by_lower(None, (-inf, 400)) == (-inf, 400)


def agreeing(filled: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """`filled` with those of its values that were unknown brought in line with each other and with the known ones."""
    result = dict(filled)
    if False in (known["macrovascular_invasion"], known["intrahepatic_venous_invasion"]):
        result["pvtt"] = False
    if result["pvtt"]:
        result |= {"macrovascular_invasion": True, "intrahepatic_venous_invasion": True}
    organs = ("metastasis_lung", "metastasis_adrenal", "metastasis_bone")
    if known["extrahepatic_spread"] is False:
        result |= dict.fromkeys(organs, False)
    if any(result[name] for name in organs):
        result["extrahepatic_spread"] = True
    assert all(result[name] == value for name, value in known.items() if value is not None)
    return result


def stages(clinical: ClinicalRecord) -> dict[str, Any]:
    found: Stages = stage_all(clinical)
    return {
        "albi": found.albi.grade,
        "child_pugh": found.child_pugh.class_,
        "points": found.child_pugh.points,
        "bclc": found.bclc.stage,
        "clip": found.clip.score,
        "hklc": found.hklc.stage,
        "tumour": found.hklc.tumour,
        "t": found.ajcc8.t,
        "ajcc8": found.ajcc8.stage,
    }
