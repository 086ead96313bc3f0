from pathlib import Path
from typing import Any

import pytest

from core.staging.clip import clip
from tests.core.staging.records import arguments, examples, record


def test_examples(golden: Path) -> None:
    for row in examples(golden, "CLIP"):
        liver, count, over_half, massive, afp, thrombus = arguments(row)
        implied = None if thrombus else False
        found = clip(
            record(
                liver,
                tumour_count=int(count),
                liver_involvement_over_half=bool(over_half),
                massive_or_diffuse=bool(massive),
                afp_ng_ml=afp,
                pvtt=bool(thrombus),
                macrovascular_invasion=implied,
                intrahepatic_venous_invasion=implied,
            )
        )
        assert found.score == int(row["expected"])


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"afp_ng_ml": 399.99}, 0),
        ({"afp_ng_ml": 400.0}, 1),
        ({"afp_ng_ml": 400.01}, 1),
        ({"tumour_count": 2}, 1),
        ({"massive_or_diffuse": True}, 2),
        ({"liver_involvement_over_half": True}, 2),
        ({"massive_or_diffuse": True, "liver_involvement_over_half": True, "tumour_count": 5}, 2),
    ],
)
def test_parts(values: dict[str, Any], score: int) -> None:
    assert clip(record("A", **values)).score == score
    assert clip(record("B", **values)).score == score + 1
    assert clip(record("C", **values)).score == score + 2


def test_everything_at_its_worst_is_6() -> None:
    thrombus = {"pvtt": True, "macrovascular_invasion": True, "intrahepatic_venous_invasion": True}
    found = clip(record("C", massive_or_diffuse=True, afp_ng_ml=1e4, **thrombus))
    assert found.score == 6
    assert found.reasons == {
        "child_pugh": "class C: 2 points",
        "massive_or_diffuse": "true: 2 points",
        "afp_ng_ml": "10000 ng/mL: 1 point",
        "pvtt": "true: 1 point",
    }


def test_massive_settles_number_and_extent() -> None:
    found = clip(record(massive_or_diffuse=True, tumour_count=None, liver_involvement_over_half=None))
    assert (found.score, found.missing) == (2, ())


def test_several_tumours_leave_extent_open() -> None:
    found = clip(record(tumour_count=3, massive_or_diffuse=None, liver_involvement_over_half=None))
    assert (found.score, found.missing) == (None, ("liver_involvement_over_half", "massive_or_diffuse"))
    assert "tumour_count" not in found.reasons


@pytest.mark.parametrize("name", ["tumour_count", "afp_ng_ml"])
def test_what_is_unknown_blocks(name: str) -> None:
    found = clip(record(**{name: None}))
    assert (found.score, found.missing) == (None, (name,))
    assert "child_pugh" in found.reasons


def test_thrombus_unknown_blocks_unless_invasion_is_excluded() -> None:
    unknown = {"pvtt": None, "macrovascular_invasion": None, "intrahepatic_venous_invasion": None}
    found = clip(record(**unknown))
    assert (found.score, found.missing) == (None, ("pvtt",))
    found = clip(record(**(unknown | {"macrovascular_invasion": True, "intrahepatic_venous_invasion": True})))
    assert (found.score, found.missing) == (None, ("pvtt",))
    for name in ("macrovascular_invasion", "intrahepatic_venous_invasion"):
        found = clip(record(**(unknown | {name: False})))
        assert (found.score, found.missing) == (0, ())
        assert found.reasons["pvtt"] == "excluded by the absence of vascular invasion: 0 points"


def test_reasons() -> None:
    assert clip(record("B", tumour_count=3, afp_ng_ml=400.0)).reasons == {
        "child_pugh": "class B: 1 point",
        "tumour_count": "3: 1 point, at most half of the liver",
        "afp_ng_ml": "400 ng/mL: 1 point",
        "pvtt": "false: 0 points",
    }
