"""Figures: values of core in, a plotly Figure out; no streamlit, so each is tested without a browser."""
