"""Simulated patients: procedural anatomy, hepatocellular carcinoma, two contrast phases, clinical values and survival.

Nothing here is taken from a patient or a third party; every image made here says `simulated`.
"""
