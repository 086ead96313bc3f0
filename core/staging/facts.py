"""What one known finding says about another; every staging system asks these functions (see also case.IMPLIED).

A portal vein tumour thrombus is macrovascular and intrahepatic venous invasion, and a metastasis in lung, adrenal gland
or bone is extrahepatic spread. So the second follows where only the first is recorded, and there is no thrombus where
either invasion is known to be absent. Nothing else is inferred: three organs without metastasis do not exclude spread
elsewhere, and a thrombus need not lie in a major branch.
"""

from __future__ import annotations

from core.case import IMPLIED, ClinicalRecord


def portal_vein_thrombus(clinical: ClinicalRecord) -> bool | None:
    """`pvtt`; False if it is unknown and either invasion that it would imply is known to be absent."""
    if clinical.pvtt is not None:
        return clinical.pvtt
    absent = clinical.macrovascular_invasion is False or clinical.intrahepatic_venous_invasion is False
    return False if absent else None


def macrovascular_invasion(clinical: ClinicalRecord) -> bool | None:
    """As recorded, or True with a portal vein tumour thrombus."""
    return True if clinical.pvtt else clinical.macrovascular_invasion


def intrahepatic_venous_invasion(clinical: ClinicalRecord) -> bool | None:
    """As recorded, or True with a portal vein tumour thrombus."""
    return True if clinical.pvtt else clinical.intrahepatic_venous_invasion


def extrahepatic_spread(clinical: ClinicalRecord) -> bool | None:
    """As recorded, or True with a metastasis in lung, adrenal gland or bone; lymph nodes are asked separately."""
    metastasis = clinical.metastasis_lung or clinical.metastasis_adrenal or clinical.metastasis_bone
    return True if metastasis else clinical.extrahepatic_spread


def spread_or_nodes(clinical: ClinicalRecord) -> bool | None:
    """Extrahepatic spread or a lymph node metastasis; unknown nodes count as free, so as not to block a stage."""
    spread = extrahepatic_spread(clinical)
    return True if clinical.lymph_node_metastasis else spread


def evidence(clinical: ClinicalRecord, name: str) -> tuple[str, ...]:
    """The recorded fields by which finding `name` is present: its own, else those that imply it; () if none does."""
    if getattr(clinical, name):
        return (name,)
    return tuple(finding for finding, implied in IMPLIED if implied == name and getattr(clinical, finding))
