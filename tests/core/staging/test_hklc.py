from pathlib import Path
from typing import Any

import pytest

from core.staging.hklc import hklc
from tests.core.staging.records import arguments, examples, record


def test_examples(golden: Path) -> None:
    for row in examples(golden, "HKLC"):
        count, size, invasion, beyond, ecog, liver = arguments(row)
        found = hklc(
            record(
                liver,
                tumour_count=int(count),
                largest_tumour_cm=size,
                intrahepatic_venous_invasion=bool(invasion),
                extrahepatic_vascular_invasion=bool(beyond),
                ecog=int(ecog),
            )
        )
        assert f"{found.tumour} {found.stage}" == row["expected"]


@pytest.mark.parametrize(
    ("size", "count", "invasion", "diffuse", "tumour"),
    [
        (5.0, 3, False, False, "early"),
        (5.0, 4, False, False, "intermediate"),
        (5.0, 3, True, False, "intermediate"),
        (5.0, 4, True, False, "locally-advanced"),
        (5.01, 3, False, False, "intermediate"),
        (5.01, 4, False, False, "locally-advanced"),
        (5.01, 3, True, False, "locally-advanced"),
        (5.01, 4, True, False, "locally-advanced"),
        (1.0, 1, False, True, "locally-advanced"),
    ],
)
def test_tumour_limits(size: float, count: int, invasion: bool, diffuse: bool, tumour: str) -> None:
    values: dict[str, Any] = {
        "largest_tumour_cm": size,
        "tumour_count": count,
        "intrahepatic_venous_invasion": invasion,
        "massive_or_diffuse": diffuse,
    }
    pairs = {"early": ("I", "IIa"), "intermediate": ("IIb", "IIIa"), "locally-advanced": ("IIIb", "IIIb")}
    for ecog in (0, 1):
        found = [hklc(record(liver, ecog=ecog, **values)) for liver in "AB"]
        assert [each.tumour for each in found] == [tumour, tumour]
        assert tuple(each.stage for each in found) == pairs[tumour]
    late = "Va" if tumour == "early" else "Vb"
    assert hklc(record("A", ecog=2, **values)).stage == late
    assert hklc(record("B", ecog=4, **values)).stage == late
    assert hklc(record("C", ecog=0, **values)).stage == late


@pytest.mark.parametrize("name", ["extrahepatic_vascular_invasion", "extrahepatic_spread", "lymph_node_metastasis"])
def test_beyond_the_liver(name: str) -> None:
    assert [hklc(record(liver, **{name: True})).stage for liver in "ABC"] == ["IVa", "IVb", "Vb"]
    assert hklc(record("A", ecog=2, **{name: True})).stage == "Vb"
    found = hklc(record("B", **{name: True}))
    assert found.reasons == {"child_pugh": "class B: stage IVb", name: "true: stage IV"}


def test_thrombus_is_intrahepatic_invasion_only() -> None:
    found = hklc(record(pvtt=True, macrovascular_invasion=None, intrahepatic_venous_invasion=None))
    assert (found.tumour, found.stage, found.missing) == ("intermediate", "IIb", ())
    assert found.reasons["pvtt"] == "true: intrahepatic venous invasion"


def test_child_pugh_a_or_b_does_not_matter_to_iiib() -> None:
    found = hklc(record(massive_or_diffuse=True, inr=None))
    assert (found.stage, found.missing) == ("IIIb", ())
    found = hklc(record("A", albumin_g_l=None, inr=None))
    assert (found.stage, found.tumour, found.missing) == (None, "early", ("albumin_g_l", "inr"))


def test_ecog_alone_settles_vb_beyond_the_liver() -> None:
    unknown = dict.fromkeys(("tumour_count", "largest_tumour_cm", "bilirubin_umol_l", "massive_or_diffuse"))
    found = hklc(record(ecog=3, extrahepatic_vascular_invasion=True, **unknown))
    assert (found.stage, found.tumour, found.missing) == ("Vb", None, ())
    assert found.reasons == {"ecog": "3: stage V", "extrahepatic_vascular_invasion": "true: stage Vb"}


def test_unknown_nodes_are_listed_and_do_not_block() -> None:
    found = hklc(record(lymph_node_metastasis=None))
    assert (found.stage, found.missing) == ("I", ("lymph_node_metastasis",))


@pytest.mark.parametrize(
    "name",
    [
        "tumour_count",
        "largest_tumour_cm",
        "intrahepatic_venous_invasion",
        "massive_or_diffuse",
        "extrahepatic_vascular_invasion",
        "extrahepatic_spread",
        "ecog",
    ],
)
def test_what_is_unknown_blocks(name: str) -> None:
    found = hklc(record(**{name: None}))
    assert (found.stage, found.reasons, found.missing) == (None, {}, (name,))


def test_reasons() -> None:
    assert hklc(record("B", largest_tumour_cm=10.6, tumour_count=2)).reasons == {
        "child_pugh": "class B: stage IIIa",
        "tumour": "intermediate: stage IIIa",
        "largest_tumour_cm": "10.6 cm: over 5 cm",
        "tumour_count": "2: at most 3 tumours",
        "intrahepatic_venous_invasion": "false: no intrahepatic venous invasion",
    }
    assert hklc(record("C", massive_or_diffuse=True)).reasons == {
        "child_pugh": "class C: stage V",
        "tumour": "locally advanced: stage Vb",
        "massive_or_diffuse": "true: locally advanced",
    }
