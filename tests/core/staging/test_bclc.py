from pathlib import Path
from typing import Any

import pytest

from core.staging.bclc import bclc
from tests.core.staging.records import arguments, examples, record


def test_examples(golden: Path) -> None:
    for row in examples(golden, "BCLC2022"):
        count, size, invasion, spread, ecog, liver = arguments(row)
        found = bclc(
            record(
                liver,
                tumour_count=int(count),
                largest_tumour_cm=size,
                macrovascular_invasion=bool(invasion),
                extrahepatic_spread=bool(spread),
                ecog=int(ecog),
            )
        )
        assert found.stage == row["expected"]


@pytest.mark.parametrize(
    ("count", "size", "stage"),
    [
        (1, 1.99, "0"),
        (1, 2.0, "0"),
        (1, 2.01, "A"),
        (1, 12.0, "A"),
        (2, 1.0, "A"),
        (3, 3.0, "A"),
        (3, 3.01, "B"),
        (2, 3.01, "B"),
        (4, 1.0, "B"),
        (4, 3.0, "B"),
    ],
)
def test_tumour_limits(count: int, size: float, stage: str) -> None:
    found = bclc(record(tumour_count=count, largest_tumour_cm=size))
    assert (found.stage, found.missing) == (stage, ())


@pytest.mark.parametrize(("ecog", "stage"), [(0, "0"), (1, "C"), (2, "C"), (3, "D"), (4, "D")])
def test_ecog_limits(ecog: int, stage: str) -> None:
    assert bclc(record(ecog=ecog)).stage == stage


@pytest.mark.parametrize("name", ["macrovascular_invasion", "extrahepatic_spread", "lymph_node_metastasis"])
def test_invasion_spread_and_nodes_are_stage_c(name: str) -> None:
    found = bclc(record(**{name: True}))
    assert (found.stage, found.reasons) == ("C", {name: "true: stage C"})


@pytest.mark.parametrize(
    ("cause", "hidden"),
    [
        ("pvtt", ("macrovascular_invasion", "intrahepatic_venous_invasion")),
        ("metastasis_lung", ("extrahepatic_spread",)),
        ("metastasis_adrenal", ("extrahepatic_spread",)),
        ("metastasis_bone", ("extrahepatic_spread",)),
    ],
)
def test_what_implies_them_is_stage_c(cause: str, hidden: tuple[str, ...]) -> None:
    found = bclc(record(**{cause: True}, **dict.fromkeys(hidden)))
    assert (found.stage, found.reasons, found.missing) == ("C", {cause: "true: stage C"}, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [("major_vein_invasion", True), ("metastasis_lung", None), ("intrahepatic_venous_invasion", True)],
)
def test_other_findings_do_not_move_it(name: str, value: Any) -> None:
    assert bclc(record(**{name: value})).stage == "0"


def test_child_pugh_c_depends_on_transplantation() -> None:
    assert bclc(record("C")).stage == "D"
    assert bclc(record("C", transplant_candidate=True)).stage == "0"
    assert bclc(record("C", transplant_candidate=True, macrovascular_invasion=True)).stage == "C"
    unknown = bclc(record("C", transplant_candidate=None))
    assert (unknown.stage, unknown.reasons, unknown.missing) == (None, {}, ("transplant_candidate",))
    assert bclc(record("A", transplant_candidate=None)).stage == "0"


def test_ecog_3_is_stage_d_even_in_a_transplant_candidate() -> None:
    found = bclc(record("C", ecog=3, transplant_candidate=True))
    assert (found.stage, found.reasons) == ("D", {"ecog": "3: stage D"})


def test_spread_alone_is_not_enough_while_stage_d_is_open() -> None:
    found = bclc(record(extrahepatic_spread=True, ecog=None))
    assert (found.stage, found.missing) == (None, ("ecog",))
    found = bclc(record("B", extrahepatic_spread=True, inr=None, bilirubin_umol_l=None))
    assert (found.stage, found.missing) == (None, ("bilirubin_umol_l", "inr"))


def test_a_part_of_child_pugh_that_cannot_reach_c_is_not_missing() -> None:
    found = bclc(record(extrahepatic_spread=True, inr=None))
    assert (found.stage, found.missing) == ("C", ())


def test_number_alone_gives_stage_b() -> None:
    found = bclc(record(tumour_count=5, largest_tumour_cm=None))
    assert (found.stage, found.reasons) == ("B", {"tumour_count": "5: over 3 tumours, stage B"})


def test_unknown_nodes_are_listed_and_do_not_block() -> None:
    found = bclc(record(lymph_node_metastasis=None))
    assert (found.stage, found.missing) == ("0", ("lymph_node_metastasis",))


@pytest.mark.parametrize("name", ["tumour_count", "largest_tumour_cm", "macrovascular_invasion", "extrahepatic_spread"])
def test_what_is_unknown_blocks(name: str) -> None:
    found = bclc(record(**{name: None}))
    assert (found.stage, found.missing) == (None, (name,))


def test_reasons_name_number_and_size() -> None:
    found = bclc(record(tumour_count=2, largest_tumour_cm=10.6))
    assert found.reasons == {"tumour_count": "2: at most 3 tumours", "largest_tumour_cm": "10.6 cm: over 3 cm, stage B"}
    found = bclc(record())
    assert found.reasons == {"tumour_count": "1: a single tumour", "largest_tumour_cm": "1.8 cm: at most 2 cm, stage 0"}
    found = bclc(record("C"))
    assert found.reasons == {
        "child_pugh": "class C: stage D without transplantation",
        "transplant_candidate": "false: stage D with Child-Pugh C",
    }
    assert bclc(record(ecog=2)).reasons == {"ecog": "2: stage C"}
