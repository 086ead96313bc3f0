import numpy as np
import pytest
import torch

from core.train.network_loss import class_weights, mtm_losses, survival_losses, usual_log_odds

NAN = float("nan")


def logits_of(survival: list[float], mtm: float = 0.5) -> torch.Tensor:
    p = torch.tensor([[mtm, *survival]])
    return torch.log(p / (1 - p))


@pytest.mark.parametrize(
    ("alive", "likelihood"),
    [
        ([1.0, 1.0, 1.0, 1.0], 0.3),
        ([1.0, 1.0, 0.0, 0.0], 0.7 - 0.5),
        ([0.0, 0.0, 0.0, 0.0], 1 - 0.9),
        ([1.0, NAN, NAN, NAN], 0.9),
        ([1.0, 1.0, 1.0, NAN], 0.5),
        ([NAN] * 4, 1.0),
    ],
)
def test_the_likelihood_of_a_follow_up(alive: list[float], likelihood: float) -> None:
    loss = survival_losses(logits_of([0.9, 0.7, 0.5, 0.3]), torch.tensor([[1.0, *alive]]))
    assert float(loss) == pytest.approx(-np.log(likelihood), abs=1e-5)


def test_horizons_that_follow_up_did_not_reach_carry_no_gradient() -> None:
    logits = logits_of([0.9, 0.7, 0.5, 0.3]).requires_grad_(True)
    targets = torch.tensor([[NAN, 1.0, NAN, NAN, NAN]])
    (survival_losses(logits, targets) + mtm_losses(logits, targets)).sum().backward()
    assert (logits.grad != 0).tolist() == [[False, True, False, False, False]]


def test_horizons_that_fall_together_give_finite_gradients() -> None:
    logits = torch.full((2, 5), 3.0, requires_grad=True)
    targets = torch.tensor([[NAN, 1.0, 1.0, 0.0, 0.0], [NAN, 1.0, 1.0, 1.0, 1.0]])
    survival_losses(logits, targets).sum().backward()
    assert torch.isfinite(logits.grad).all()


def test_both_classes_weigh_alike_however_rare_one_is() -> None:
    targets = np.full((10, 5), np.nan, np.float32)
    targets[:8, 0] = [1, 1, 1, 1, 1, 1, 0, 0]
    without, with_mtm = class_weights(targets)
    assert 2 * without == pytest.approx(6 * with_mtm)
    assert (2 * without + 6 * with_mtm) / 8 == pytest.approx(1)
    losses = mtm_losses(torch.zeros(10, 5), torch.from_numpy(targets), (without, with_mtm))
    assert float(losses[:6].sum()) == pytest.approx(float(losses[6:8].sum()))
    assert losses[8:].tolist() == [0.0, 0.0]


def test_one_class_alone_keeps_its_weight() -> None:
    targets = np.ones((3, 5), np.float32)
    assert class_weights(targets) == (1.0, 1.0)


def test_heads_begin_at_what_is_usual_in_the_cohort() -> None:
    targets = np.array([[1, 1, 1, 0, 0], [0, 1, NAN, NAN, NAN], [1, 0, 0, 0, 0], [1, 1, 0, 0, 0]], np.float32)
    begin = usual_log_odds(targets)
    assert begin == pytest.approx([0.0, np.log(3), 0.0, -3.0, 1.0], abs=2e-3)
