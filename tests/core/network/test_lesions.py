import torch

from core.network.lesions import LesionFinder, visible


def test_an_untrained_finder_finds_nothing_and_one_in_training_depends_on_the_image() -> None:
    torch.manual_seed(0)
    phases = torch.randn(2, 2, 16, 16, 16)
    phases[:, :, :4] = 0
    finder = LesionFinder().eval()
    assert finder.find(phases).max() < 0.001
    finder.begin()
    found = finder.find(phases)
    assert found.shape == (2, 1, 16, 16, 16)
    assert found.std() > 0
    assert not found[visible(phases) == 0].any()
    assert not found.requires_grad


def test_visible_is_what_either_phase_shows() -> None:
    phases = torch.zeros(1, 2, 2, 2, 2)
    phases[0, 1, 0, 0, 0] = 0.5
    assert visible(phases).sum() == 1
