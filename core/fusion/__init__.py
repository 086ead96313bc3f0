"""Fusion of network, radiomics and clinical values to the MTM score, and of the survival heads to the DLR score."""

from core.fusion.clinical import ClinicalModel, ClinicalTerm
from core.fusion.model import PARTS, DlrMap, FusionModel, PartWeights

__all__ = ["PARTS", "ClinicalModel", "ClinicalTerm", "DlrMap", "FusionModel", "PartWeights"]
