"""GAN losses by family. This package imports no torch until a loss is computed.

Logits have shape [..., B]; the mean runs over the batch, so a leading replica axis is kept. The
discriminator's logit l means P(real) = sigmoid(l) where a loss has such a reading. Each loss is
minimised. A discriminator loss is the sum of its real and its fake term; the regulariser is not in it.
All are stable from logits: softplus, never the log of a sigmoid.
"""

from ganbench.gan.losses import alpha, cross_entropy, divergences, margins, relativistic
from ganbench.gan.losses.loss import Blind, Loss, Values
from ganbench.gan.losses.pair import LossPair, Role, joined, loss_of, of_role, options_of, realised

__all__ = [
    "Blind",
    "Loss",
    "LossPair",
    "Role",
    "Values",
    "alpha",
    "cross_entropy",
    "divergences",
    "joined",
    "loss_of",
    "margins",
    "of_role",
    "options_of",
    "realised",
    "relativistic",
]
