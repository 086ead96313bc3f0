import pytest

from core.case import ClinicalRecord
from core.errors import InputError
from core.staging import facts


def test_thrombus_implies_both_invasions() -> None:
    clinical = ClinicalRecord(pvtt=True)
    assert facts.macrovascular_invasion(clinical) is True
    assert facts.intrahepatic_venous_invasion(clinical) is True
    assert facts.evidence(clinical, "macrovascular_invasion") == ("pvtt",)


def test_no_thrombus_implies_nothing() -> None:
    clinical = ClinicalRecord(pvtt=False)
    assert facts.macrovascular_invasion(clinical) is None
    assert facts.intrahepatic_venous_invasion(clinical) is None


def test_invasion_does_not_imply_a_thrombus_but_its_absence_excludes_one() -> None:
    assert facts.portal_vein_thrombus(ClinicalRecord(macrovascular_invasion=True)) is None
    assert facts.portal_vein_thrombus(ClinicalRecord(macrovascular_invasion=False)) is False
    assert facts.portal_vein_thrombus(ClinicalRecord(intrahepatic_venous_invasion=False)) is False
    assert facts.portal_vein_thrombus(ClinicalRecord()) is None
    assert facts.portal_vein_thrombus(ClinicalRecord(pvtt=True)) is True


@pytest.mark.parametrize("name", ["metastasis_lung", "metastasis_adrenal", "metastasis_bone"])
def test_metastasis_is_spread(name: str) -> None:
    assert facts.extrahepatic_spread(ClinicalRecord(**{name: True})) is True
    assert facts.extrahepatic_spread(ClinicalRecord(**{name: False})) is None
    with pytest.raises(
        InputError, match=f"^extrahepatic_spread: expected true or unknown where {name} is true, got false$"
    ):
        ClinicalRecord(**{name: True}, extrahepatic_spread=False)


def test_three_organs_without_metastasis_do_not_exclude_spread() -> None:
    clinical = ClinicalRecord(metastasis_lung=False, metastasis_adrenal=False, metastasis_bone=False)
    assert facts.extrahepatic_spread(clinical) is None


def test_nodes_count_as_spread_only_where_asked_together() -> None:
    clinical = ClinicalRecord(lymph_node_metastasis=True, extrahepatic_spread=False)
    assert facts.extrahepatic_spread(clinical) is False
    assert facts.spread_or_nodes(clinical) is True
    assert facts.spread_or_nodes(ClinicalRecord(extrahepatic_spread=False)) is False
    assert facts.spread_or_nodes(ClinicalRecord(lymph_node_metastasis=False)) is None


def test_evidence_is_the_recorded_finding_first() -> None:
    clinical = ClinicalRecord(pvtt=True, macrovascular_invasion=True, metastasis_lung=True, metastasis_bone=True)
    assert facts.evidence(clinical, "macrovascular_invasion") == ("macrovascular_invasion",)
    assert facts.evidence(clinical, "extrahepatic_spread") == ("metastasis_lung", "metastasis_bone")
    assert facts.evidence(clinical, "lymph_node_metastasis") == ()
