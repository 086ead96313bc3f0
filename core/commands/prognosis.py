"""Commands on clinical values alone: nomogram, stage."""

from __future__ import annotations

import argparse
import json


def nomogram(options: argparse.Namespace) -> int:
    """Print the prognosis from clinical values and scores given by hand; no images are needed."""
    from core.inclusion import check_inclusion, inclusion_notices
    from core.io.assessment_files import nomogram_document
    from core.io.clinical import read_clinical
    from core.models import load_models
    from core.pipeline import image_scores, software_versions
    from core.survival.prognoses import prognoses

    clinical = read_clinical(options.clinical)
    models = load_models(options.weights)
    scores, _, _ = image_scores(None, models, clinical, options.mtm, options.dlr)
    pre, post, notices = prognoses(models.pre, models.post, clinical, scores)
    criteria = check_inclusion(clinical)
    warnings = (*notices, *inclusion_notices(criteria))
    document = nomogram_document(pre, post, scores, criteria, warnings, software_versions(models))
    print(json.dumps(document, indent=1, allow_nan=False))
    return 0


def stage(options: argparse.Namespace) -> int:
    """Print the stage by every system, with what decided it and what is missing."""
    from core.io.clinical import read_clinical
    from core.staging.document import stages_document

    print(json.dumps(stages_document(read_clinical(options.clinical)), indent=1, allow_nan=False))
    return 0
