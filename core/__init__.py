"""A multitask deep-learning radiomics nomogram for HCC treated with HAIC (He et al., Radiol Med 2023)."""

__version__ = "1.0.0"
