from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.case import Case, ClinicalRecord
from core.errors import InputError
from core.findings import Assessment, ImageEvidence, Prognosis, Registration, Scores
from core.registry.arrays import SMALL_BYTES, ArraysIn, ArraysOut
from core.registry.codec import pack, unpack
from core.registry.documents import figures, read, read_reading, write
from core.registry.nouns import Reading, Snapshot, outcome_of
from tests.core.registry.snapshots import assert_same, snapshot, without_images
from tests.core.registry.values import values

READINGS = values(Reading)
DTYPES = st.sampled_from(["<i2", "|u1", "<f2", "<f4", "<f8", ">f8", ">i2"])
ARRAYS = arrays.arrays(DTYPES, arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=24))


def there_and_back(kind: Any, value: Any) -> Any:
    """Through JSON text and through bytes."""
    out = ArraysOut()
    text = json.dumps(pack(value, out), allow_nan=False)
    kept = {digest: bytes(content) for digest, content in out.kept.items()}
    return unpack(kind, json.loads(text), ArraysIn(lambda digest, size: _of_size(kept[digest], size)))


def _of_size(content: bytes, size: int) -> bytes:
    assert len(content) == size
    return content


@given(READINGS)
def test_every_reading_comes_back(reading: Reading) -> None:
    assert_same(reading, there_and_back(Reading, reading))


@given(values(Prognosis))
def test_every_prognosis_comes_back_with_whole_months_whole(prognosis: Prognosis) -> None:
    assert_same(prognosis, there_and_back(Prognosis, prognosis))


@given(values(Scores))
def test_every_score_comes_back(scores: Scores) -> None:
    assert_same(scores, there_and_back(Scores, scores))


@given(ARRAYS, st.booleans())
def test_every_array_comes_back_read_only_in_its_order(array: np.ndarray[Any, Any], turned: bool) -> None:
    given_array = array.T if turned else array
    out = ArraysOut()
    reference = json.loads(json.dumps(out.reference(given_array)))
    found = ArraysIn(lambda digest, _: bytes(out.kept[digest])).array(reference)
    assert_same(given_array.astype(given_array.dtype.newbyteorder("<")), found)
    assert not found.flags.writeable
    assert (len(out.kept) == 1) == (array.nbytes > SMALL_BYTES)


def test_infinities_and_nan_in_arrays_are_kept_bit_for_bit() -> None:
    odd = np.array([np.nan, -np.inf, -0.0, 5e-324])
    evidence = ImageEvidence(np.tile(odd, (2, 1)), odd, {"a": 0.1})
    assert_same(evidence, there_and_back(ImageEvidence, evidence))


def test_a_whole_case_comes_back_with_its_images() -> None:
    made = snapshot()
    text, kept = write(made)
    found = read(text, lambda digest, _: bytes(kept[digest]))
    assert_same(made, found)
    assert len(kept) == 2 + 1 + 5  # both phases, the mask, five heatmaps: what occurs twice is kept once
    assert isinstance(found.result, Assessment)
    assert isinstance(found.case, Case)
    assert found.result.portal_venous.hu.base is found.case.portal_venous.hu.base


def test_figures_are_read_without_images() -> None:
    made = snapshot()
    reading = read_reading(write(made)[0])
    assert isinstance(made.result, Assessment)
    for name in ("clinical", "scores", "pre", "post", "criteria", "warnings", "versions", "provenance", "liver"):
        assert_same(getattr(made.result, name), getattr(reading, name), name)


def test_the_figure_of_the_list_is_the_one_the_prognosis_leads_with() -> None:
    found = outcome_of(without_images().result)
    reading = without_images().result
    assert found is not None
    assert reading.post is not None
    assert (found.model, found.months, found.survival) == ("post", 36, reading.post.os[36])
    late = outcome_of(without_images(replace(reading.clinical, months_since_first_haic=40.0)).result)
    assert late is not None
    assert (late.months, late.alive_at) == (60, 40.0)
    unknown = Snapshot(Reading(ClinicalRecord(), Scores(), None, None, (), (), {}, {}))
    assert outcome_of(unknown.result) is None
    assert figures(unknown)["mtm"] is None
    assert "alive" not in figures(unknown)


def _spoil(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(write(snapshot())[0])
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        _spoil(lambda d: d.update(form=2)),
        _spoil(lambda d: d.update(kind="python")),
        _spoil(lambda d: d.update(result=None)),
        _spoil(lambda d: d["result"].pop("scores")),
        _spoil(lambda d: d["result"]["scores"]["mtm"].update(value="0.5")),
        _spoil(lambda d: d["result"]["scores"]["mtm"].update(value=True)),
        _spoil(lambda d: d["result"]["scores"]["mtm"].update(origin="oracle")),
        _spoil(lambda d: d["result"]["pre"].update(risk_group="doomed")),
        _spoil(lambda d: d["result"]["pre"].update(os=[[12]])),
        _spoil(lambda d: d["result"]["pre"].update(curve={})),
        _spoil(lambda d: d["result"]["clinical"].update(pvtt=True, macrovascular_invasion=False)),
        _spoil(lambda d: d["result"]["arterial"].update(hu=None)),
        _spoil(lambda d: d["result"]["arterial"]["hu"].update(dtype="|O")),
        _spoil(lambda d: d["result"]["arterial"]["hu"].update(shape=[10**9, 10**9])),
        _spoil(lambda d: d["result"]["arterial"]["hu"].update(shape=[-1, -60])),
        _spoil(lambda d: d["result"]["arterial"]["hu"].update(order="K")),
        _spoil(lambda d: d["result"]["registration"]["transform_lps"].update(base64="!!")),
        _spoil(lambda d: d["result"]["registration"]["transform_lps"].update(base64="AAAA")),
    ],
)
def test_a_damaged_document_is_refused_and_none_of_it_repeated(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, lambda _digest, size: bytes(size))
    assert "oracle" not in str(caught.value)
    assert "doomed" not in str(caught.value)


def test_documents_of_earlier_versions_take_the_default_of_a_field_they_lack() -> None:
    def older(document: dict[str, Any]) -> None:
        del document["result"]["overrides"], document["case"]["notes"]
        document["result"]["from_a_later_patch"] = 1

    made = snapshot()
    kept = write(made)[1]
    found = read(_spoil(older), lambda digest, _: bytes(kept[digest]))
    assert found.result.overrides == {}
    assert found.case is not None
    assert found.case.notes == ()


def test_a_number_that_is_not_finite_is_our_fault() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(Snapshot(replace(without_images().result, overrides={"mtm": float("nan")})))


def test_transforms_come_back_exactly() -> None:
    moved = Registration(1.5, 0.1, None, np.array([[1, 0.1, 0, 0], [0, 1, 0, 1e-17], [0, 0, 1, 3], [0, 0, 0, 1.0]]))
    assert_same(moved, there_and_back(Registration, moved))


@pytest.mark.parametrize("odd", [[], {}, 1, True])
@pytest.mark.parametrize("field", ["dtype", "sha256"])
def test_an_array_described_by_values_of_another_kind_is_refused(field: str, odd: object) -> None:
    """JSON's lists and objects cannot be looked up: they once ended in a traceback."""
    described = {"dtype": "<i2", "shape": [2], "order": "C", "sha256": "0" * 64, field: odd}
    with pytest.raises(InputError, match="saved case: expected a description of an array"):
        ArraysIn(lambda _digest, size: bytes(size)).array(described)
