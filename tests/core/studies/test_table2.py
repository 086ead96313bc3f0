"""Table 2 as it is printed."""

from __future__ import annotations

import numpy as np
import pytest

from core.studies import table2

PRINTED_PERCENT = {
    ("sex", "female"): (5.79, 14.05),
    ("ecog", "1"): (6.32, 4.01),
    ("comorbidity", "yes"): (14.74, 10.03),
    ("hbv", "yes"): (88.42, 94.65),
    ("ascites", "yes"): (12.11, 12.37),
    ("albi_grade", "1"): (49.47, 47.16),
    ("lymph_node_metastasis", "yes"): (23.16, 38.13),
    ("metastasis_lung", "yes"): (13.68, 9.36),
    ("metastasis_adrenal", "yes"): (1.58, 0.335),
    ("metastasis_bone", "yes"): (1.58, 0.335),
    ("tumour_count", "1"): (27.37, 23.75),
    ("tumour_count", "> 3"): (62.63, 70.23),
    ("afp_ng_ml", ">= 400"): (62.11, 65.89),
    ("haic_sessions", "1"): (6.84, 20.74),
    ("haic_sessions", "> 3"): (56.85, 43.81),
}


@pytest.mark.parametrize("field", table2.COUNT)
def test_counts_add_up_to_the_cohort(field: str) -> None:
    alive, dead = zip(*table2.COUNT[field].values(), strict=True)
    assert (sum(alive), sum(dead)) == (table2.ALIVE, table2.DEAD) == (190, 299)


@pytest.mark.parametrize(("place", "printed"), PRINTED_PERCENT.items())
def test_counts_give_the_printed_percentages(place: tuple[str, str], printed: tuple[float, float]) -> None:
    counts = table2.COUNT[place[0]][place[1]]
    shares = [100 * count / n for count, n in zip(counts, (table2.ALIVE, table2.DEAD), strict=True)]
    assert shares == pytest.approx(printed, abs=0.011)


def test_the_pooled_mean_and_sd_are_those_of_all_patients(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    alive, dead = rng.normal(40, 3, table2.ALIVE), rng.normal(44, 6, table2.DEAD)
    printed = tuple((float(group.mean()), float(group.std(ddof=1))) for group in (alive, dead))
    monkeypatch.setattr(table2, "MEAN_SD", {"made_up": printed})
    everybody = np.concatenate([alive, dead])
    assert table2.pooled("made_up") == pytest.approx((everybody.mean(), everybody.std(ddof=1)))
