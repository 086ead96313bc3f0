from pathlib import Path

import pytest

from core.staging.ajcc8 import ajcc8
from tests.core.staging.records import arguments, examples, record


def test_examples(golden: Path) -> None:
    for row in examples(golden, "AJCC8"):
        count, size, invasion, major, adjacent, nodes, spread = arguments(row)
        found = ajcc8(
            record(
                tumour_count=int(count),
                largest_tumour_cm=size,
                macrovascular_invasion=bool(invasion),
                major_vein_invasion=bool(major),
                adjacent_organ_invasion=bool(adjacent),
                lymph_node_metastasis=bool(nodes),
                extrahepatic_spread=bool(spread),
            )
        )
        assert f"{found.t} {found.stage}" == row["expected"]


@pytest.mark.parametrize(
    ("count", "size", "invasion", "t", "stage"),
    [
        (1, 1.99, False, "T1a", "IA"),
        (1, 2.0, False, "T1a", "IA"),
        (1, 2.0, True, "T1a", "IA"),
        (1, 2.01, False, "T1b", "IB"),
        (1, 2.01, True, "T2", "II"),
        (1, 12.0, False, "T1b", "IB"),
        (1, 12.0, True, "T2", "II"),
        (2, 1.0, False, "T2", "II"),
        (2, 5.0, False, "T2", "II"),
        (2, 5.0, True, "T2", "II"),
        (2, 5.01, False, "T3", "IIIA"),
        (4, 5.01, True, "T3", "IIIA"),
    ],
)
def test_limits(count: int, size: float, invasion: bool, t: str, stage: str) -> None:
    found = ajcc8(record(tumour_count=count, largest_tumour_cm=size, macrovascular_invasion=invasion))
    assert (found.t, found.stage, found.missing) == (t, stage, ())


@pytest.mark.parametrize("name", ["major_vein_invasion", "adjacent_organ_invasion", "peritoneal_perforation"])
def test_t4(name: str) -> None:
    found = ajcc8(record(**{name: True}))
    assert (found.t, found.stage, found.reasons) == ("T4", "IIIB", {name: "true: T4, stage IIIB"})


def test_t4_needs_nothing_else() -> None:
    unknown = dict.fromkeys(("tumour_count", "largest_tumour_cm", "macrovascular_invasion", "adjacent_organ_invasion"))
    found = ajcc8(record(major_vein_invasion=True, **unknown))
    assert (found.t, found.stage, found.missing) == ("T4", "IIIB", ())


def test_thrombus_is_vascular_invasion_and_t4_only_in_a_major_branch() -> None:
    implied = {"pvtt": True, "macrovascular_invasion": None, "intrahepatic_venous_invasion": None}
    found = ajcc8(record(largest_tumour_cm=8.0, **implied))
    assert (found.t, found.stage) == ("T2", "II")
    assert found.reasons["pvtt"] == "true: vascular invasion, T2, stage II"
    found = ajcc8(record(largest_tumour_cm=8.0, major_vein_invasion=None, **implied))
    assert (found.t, found.stage, found.missing) == (None, None, ("major_vein_invasion",))


def test_nodes_and_spread() -> None:
    found = ajcc8(record(lymph_node_metastasis=True))
    assert (found.t, found.stage) == ("T1a", "IVA")
    assert found.reasons["lymph_node_metastasis"] == "true: N1, stage IVA"
    found = ajcc8(record(lymph_node_metastasis=True, metastasis_bone=True, extrahepatic_spread=None))
    assert (found.t, found.stage) == ("T1a", "IVB")
    assert found.reasons["metastasis_bone"] == "true: M1, stage IVB"
    assert found.reasons["lymph_node_metastasis"] == "true: N1"


def test_spread_gives_the_stage_without_t() -> None:
    found = ajcc8(record(extrahepatic_spread=True, largest_tumour_cm=None))
    assert (found.t, found.stage, found.missing) == (None, "IVB", ("largest_tumour_cm",))


def test_unknown_spread_leaves_t_and_blocks_the_stage() -> None:
    found = ajcc8(record(extrahepatic_spread=None, lymph_node_metastasis=True))
    assert (found.t, found.stage, found.missing) == ("T1a", None, ("extrahepatic_spread",))


def test_unknown_nodes_and_perforation_are_listed_and_do_not_block() -> None:
    found = ajcc8(record(lymph_node_metastasis=None, peritoneal_perforation=None))
    assert (found.t, found.stage) == ("T1a", "IA")
    assert found.missing == ("peritoneal_perforation", "lymph_node_metastasis")


def test_number_unknown_but_immaterial() -> None:
    found = ajcc8(record(tumour_count=None, largest_tumour_cm=4.0, macrovascular_invasion=True))
    assert (found.t, found.stage, found.missing) == ("T2", "II", ())
    assert found.reasons == {
        "largest_tumour_cm": "4 cm: over 2 cm, at most 5 cm",
        "macrovascular_invasion": "true: vascular invasion, T2, stage II",
    }


@pytest.mark.parametrize(
    "name", ["tumour_count", "largest_tumour_cm", "major_vein_invasion", "adjacent_organ_invasion"]
)
def test_what_is_unknown_blocks(name: str) -> None:
    found = ajcc8(record(**{name: None}))
    assert (found.t, found.stage, found.missing) == (None, None, (name,))


def test_reasons() -> None:
    assert ajcc8(record(largest_tumour_cm=11.0)).reasons == {
        "tumour_count": "1: a single tumour",
        "largest_tumour_cm": "11 cm: over 5 cm",
        "macrovascular_invasion": "false: no vascular invasion, T1b, stage IB",
    }
    assert ajcc8(record(tumour_count=2, largest_tumour_cm=6.0)).reasons == {
        "tumour_count": "2: several tumours",
        "largest_tumour_cm": "6 cm: over 5 cm, T3, stage IIIA",
    }
