"""From a finished training to an artefact: float16 weights, a card with figures and intervals, and a golden input."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save

from core.artefacts import Golden, Metric, ModelCard, Training, write_artefact
from core.findings import HEADS
from core.model_card import INTENDED_USE
from core.network import crop, mobilenet
from core.network.ensemble import MobileNetEnsemble, from_state
from core.segmentation import network as resunet
from core.train.card_facts import DEMONSTRATION, CardFacts
from core.train.fit_segmenter import SegmenterTraining

SEGMENTER_INPUTS = {
    "phases": "one CT series, portal venous or late arterial",
    "spacing_mm": resunet.SPACING_MM,
    "hu_window": list(resunet.HU_WINDOW),
    "orientation": "axis-aligned, I to the left, J to posterior, K to superior (LPS)",
}
NETWORK_INPUTS = {
    "phases": ["arterial", "portal_venous"],
    "centre_hu": list(crop.CENTRE_HU),
    "scale_hu": crop.SCALE_HU,
    "hu_window": list(crop.HU_WINDOW),
    "shape": [2, crop.SIDE, crop.SIDE, crop.SIDE],
    "orientation": "axis-aligned, I to the left, J to posterior, K to superior (LPS), fitted to the liver",
}
NETWORK_OUTPUTS = {
    "mtm": "probability of the macrotrabecular-massive subtype",
    "os1": "probability alive at 12 months",
    "os2": "probability alive at 24 months",
    "os3": "probability alive at 36 months",
    "os_gt3": "probability alive at 48 months",
}


def golden_noise(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """The input behind every golden output: seeded standard normal noise."""
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def half(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights as shipped: float16, integers as they are."""
    return {name: (value.half() if value.is_floating_point() else value).contiguous() for name, value in state.items()}


def export_segmenter(
    weights_dir: Path,
    state: Mapping[str, torch.Tensor],
    settings: SegmenterTraining,
    scans: int,
    metrics: Sequence[Metric],
) -> Path:
    """Write the segmenter's artefact; `scans` is the number of training scans."""
    shipped = half(state)
    module = resunet.build(resunet.DEFAULT_ARGUMENTS).eval()
    module.load_state_dict({name: value.float() for name, value in shipped.items()})
    card = ModelCard(
        name="segmenter",
        version="1.2.0",
        architecture={**resunet.DEFAULT_ARGUMENTS, "training": asdict(settings)},
        inputs=SEGMENTER_INPUTS,
        outputs={"liver": "probability, liver with its tumours"},
        training=Training(
            cohort="LiTS 00-07 and one TotalSegmentator example, public CT with expert or model-made liver labels",
            n=scans,
            events=None,
            dates="public data sets of 2017-2023",
        ),
        metrics=tuple(metrics),
        intended_use=INTENDED_USE,
        licence="CC BY-SA 4.0",
        attribution=(
            "Liver Tumor Segmentation Benchmark (P. Bilic et al., Med Image Anal 2023), Medical Segmentation Decathlon "
            "(M. Antonelli et al., Nat Commun 2022), CC BY-SA 4.0; TotalSegmentator example (J. Wasserthal et al., "
            "Radiol AI 2023), Apache-2.0 / CC BY 4.0"
        ),
        commit=commit(),
        golden=_golden(module, (1, 1, 48, 48, 48), lambda output: {"mean_logit": float(output.mean())}),
        simulated=False,
        provenance=f"Liver outline by a 3D ResU-Net trained on {scans} public CT scans.",
    )
    return write_artefact(weights_dir, card, {"model.safetensors": save(shipped)})


def export_network(
    weights_dir: Path,
    network: MobileNetEnsemble,
    arguments: mobilenet.MobileNetArguments,
    calibration: Mapping[str, Mapping[str, float]],
    settings: Mapping[str, Any],
) -> Path:
    """Write the multitask network's artefact; who it was trained on is stamped on its card afterwards."""
    shipped = half(network.state_dict())
    module = from_state(arguments, shipped)
    card = ModelCard(
        name="network",
        version="1.0.0",
        architecture={
            **arguments,
            "members": len(network.members),
            "calibration": calibration,
            "training": dict(settings),
        },
        inputs=NETWORK_INPUTS,
        outputs=NETWORK_OUTPUTS,
        training=Training("", None, None, ""),
        intended_use=INTENDED_USE,
        licence="Apache-2.0",
        attribution="",
        commit=commit(),
        golden=_golden(
            module,
            (1, 2, crop.SIDE, crop.SIDE, crop.SIDE),
            lambda output: {head: float(output[0, index]) for index, head in enumerate(HEADS)},
        ),
        simulated=True,
        provenance=DEMONSTRATION,
    )
    return write_artefact(weights_dir, card, {"model.safetensors": save(shipped)})


def stamped(
    card: ModelCard, facts: CardFacts, training: Training, metrics: Sequence[Metric] | None = None
) -> ModelCard:
    """The card of another version, with whom it was trained on.

    Args:
        metrics: None to keep the card's own.
    """
    return replace(
        card,
        version=facts.version,
        training=training,
        metrics=card.metrics if metrics is None else tuple(metrics),
        licence=facts.licence,
        attribution="; ".join(filter(None, (facts.attribution, card.attribution))),
        commit=facts.commit,
        simulated=facts.simulated,
        provenance=facts.provenance,
    )


def _golden(module: torch.nn.Module, shape: tuple[int, ...], describe: Any) -> Golden:
    noise = golden_noise(shape)
    with torch.inference_mode():
        output = module(torch.from_numpy(noise))
    return Golden(
        input=f"numpy.random.default_rng(0).standard_normal({shape}, dtype=float32)",
        input_sha256=sha256(noise.tobytes()).hexdigest(),
        expected=describe(output),
    )


def commit() -> str:
    """The commit of the checkout, "unknown" outside of one."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()
