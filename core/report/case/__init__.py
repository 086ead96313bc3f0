"""A case as a PDF that can be filed, and the nomogram alone as SVG and PDF for a paper."""
