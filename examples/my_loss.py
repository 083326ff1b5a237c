"""A loss of two logits: how much surer is D of the real sample than of the generated one, up to a margin?"""

from torch.nn.functional import relu


def margin_pairing(real, fake, *, margin: float = 1.0):
    """D wants a lead of `margin` in each pair of a real and a generated sample, G the same lead for its own."""
    return relu(margin - (real - fake)).mean(), relu(margin - (fake - real)).mean()
