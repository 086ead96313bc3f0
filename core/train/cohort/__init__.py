"""Every model of the images from one table: a centre's cohort or a simulated one (docs/own-cohort.md).

    check -> images -> radiomics -> network -> clinical -> fusion -> nomogram -> export

Each stage keeps what it made under the hash of all it was made from, so that a changed image, label or setting makes
anew only what depends on it, and a run that was killed goes on to the same bytes.
"""

STAGES = ("check", "images", "radiomics", "network", "clinical", "fusion", "nomogram", "export")
