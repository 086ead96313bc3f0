"""What the network is trained on: the subtype where histology is known, survival as far as follow-up reached.

Survival enters by the likelihood of discrete time (Gensheimer & Narasimhan, PeerJ 2019;7:e6257): a patient counts for
each interval between horizons that he entered and whose end is known of him. Cross-entropy at each horizon alone would
drop the censored and keep the early deaths, so that late survival came out too low.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

SMALLEST_STEP = 1e-6
Targets = npt.NDArray[np.float32]


def class_weights(targets: Targets) -> tuple[float, float]:
    """Weights of patients without and with MTM that make both classes count alike, mean 1; (1, 1) if one is absent."""
    labels = targets[~np.isnan(targets[:, 0]), 0]
    positive = float(labels.mean()) if labels.size else 0.5
    return (1.0, 1.0) if positive in (0.0, 1.0) else (0.5 / (1 - positive), 0.5 / positive)


def usual_log_odds(targets: Targets) -> npt.NDArray[np.float32]:
    """Where the heads begin (5,): 0 for MTM, the cohort's log odds of living through each interval for survival.

    Held within -3..3; 1, odds of about 3 to 1, where nobody entered an interval whose end is known of him.
    """
    alive, begin = targets[:, 1:], np.zeros(5, dtype=np.float32)
    for interval in range(4):
        entered = np.ones(len(alive), dtype=bool) if interval == 0 else alive[:, interval - 1] == 1
        ends = alive[entered & ~np.isnan(alive[:, interval]), interval]
        share = np.clip(ends.mean(), 1e-6, 1 - 1e-6) if ends.size else 0.731
        begin[1 + interval] = np.clip(np.log(share / (1 - share)), -3.0, 3.0)
    return begin


def mtm_losses(logits: torch.Tensor, targets: torch.Tensor, weights: tuple[float, float] = (1.0, 1.0)) -> torch.Tensor:
    """Weighted cross-entropy of each patient (N,), 0 where MTM is unknown.

    Args:
        logits, targets: (N, 5), columns as HEADS; targets NaN where unknown. weights: of the classes 0 and 1.
    """
    known, label = ~torch.isnan(targets[:, 0]), torch.nan_to_num(targets[:, 0])
    weight = torch.where(label > 0.5, weights[1], weights[0]) * known
    return weight * functional.binary_cross_entropy_with_logits(logits[:, 0], label, reduction="none")


def survival_losses(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Minus the log likelihood of each patient's follow-up (N,), 0 where nothing is known.

    Args: as `mtm_losses`; logits of survival must not rise from horizon to horizon.
    """
    log_survival = functional.logsigmoid(logits[:, 1:])
    before = functional.pad(log_survival[:, :-1], (1, 0))
    alive = targets[:, 1:]
    entered = functional.pad(alive[:, :-1], (1, 0), value=1.0) == 1
    lived = (log_survival - before).clamp(max=-SMALLEST_STEP)  # log probability of living through the interval
    died = torch.log(-torch.expm1(lived))
    terms = torch.where(alive == 1, lived, died)
    return -torch.where(entered & ~torch.isnan(alive), terms, 0.0).sum(dim=1)
