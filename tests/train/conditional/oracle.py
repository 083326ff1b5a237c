"""The plain loop with labels written out: concatenation, projection, auxiliary classifier."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench import seeding
from tests.train.plain import PlainLoop


class Concatenated(PlainLoop):
    """One-hot labels behind z, and behind what D sees."""

    def _network(self, role: str, inputs: int, outputs: int) -> nn.Module:
        return super()._network(role, inputs + self._told(role), outputs)

    @property
    def labels(self) -> int:
        return self.dataset.label_count

    def _told(self, role: str) -> int:
        """Inputs of a network that labels take."""
        return self.labels

    def label(self, step: int, *role: str) -> Tensor:
        """Labels of a batch, [B]: with the data, or by their law in a stream of their own."""
        rng = seeding.stream(self.seed, *role, block=step // 64)
        batch = self.setting.batch
        drawn = self.dataset.train(rng, 64 * batch).label.reshape(64, batch)
        return torch.from_numpy(drawn[step % 64])

    def one_hot(self, label: Tensor) -> Tensor:
        return F.one_hot(label, self.labels).to(self.dtype)

    def made(self, step: int, player: str) -> tuple[Tensor, Tensor]:
        """Generated samples of a player's step, and the labels asked for."""
        label = self.label(step, "labels", "noise", player)
        z = self._draw(step, "noise", player)
        return self.g(torch.cat([z, self.one_hot(label)], dim=1)), label

    def logits(self, x: Tensor, y: Tensor) -> Tensor:
        """D's, of samples beside one-hot labels."""
        return self.d(torch.cat([x, y], dim=1))

    def classes(self, x: Tensor, label: Tensor) -> Tensor:
        """What the classes of these samples add to a loss."""
        return torch.zeros(())

    def _discriminator_step(self, step: int) -> float:
        real, label = self._draw(step, "data").requires_grad_(), self.label(step, "data")
        fake, asked = self.made(step, "discriminator")
        fake = fake.detach().requires_grad_()
        y, y_asked = self.one_hot(label), self.one_hot(asked)
        loss = self.d_loss(self.logits(real, y), self.logits(fake, y_asked), step)
        loss = loss + self.classes(real, label) + self.classes(fake, asked)
        for penalty in self.setting.penalties:
            loss = loss + self._told_penalty(penalty, (real, y), (fake, y_asked), step)
        self.opt_d.zero_grad()
        loss.backward()
        self.opt_d.step()
        return 0.0

    def _told_penalty(self, penalty, real, fake, step: int) -> Tensor:
        (x, y), (x_fake, y_fake) = real, fake
        if penalty.name == "wgan-gp":
            u = self._draw(step, "interpolation")[:, None]
            x = (u * x + (1 - u) * x_fake).detach().requires_grad_()
            y = u * y + (1 - u) * y_fake
            slopes = torch.autograd.grad(self.logits(x, y).sum(), x, create_graph=True)[0].norm(dim=1)
            return penalty.weight * ((slopes - penalty.target) ** 2).mean()
        x, y = fake if penalty.name == "r2" else real
        slopes = torch.autograd.grad(self.logits(x, y).sum(), x, create_graph=True)[0].norm(dim=1)
        return penalty.gamma / 2 * (slopes**2).mean()

    def _generator_step(self, step: int, partner: int) -> float:
        fake, asked = self.made(step, "generator")
        real, label = self._draw(partner, "data"), self.label(partner, "data")
        fake_logits = self.logits(fake, self.one_hot(asked))
        real_logits = self.logits(real, self.one_hot(label)).detach()
        self.opt_g.zero_grad()
        (self.g_loss(fake_logits, real_logits, step) + self.classes(fake, asked)).backward()
        self.opt_g.step()
        return 0.0


class ProjectedMLP(nn.Module):
    """w . phi(x) + b + (V y) . phi(x)"""

    def __init__(self, mlp: nn.Sequential, labels: int) -> None:
        super().__init__()
        *body, self.head = mlp
        self.body = nn.Sequential(*body)
        self.embedding = nn.Linear(labels, self.head.in_features, bias=False)

    def forward(self, joined: Tensor) -> Tensor:
        x, y = joined.split([self.body[0].in_features, self.embedding.in_features], dim=1)
        phi = self.body(x)
        return self.head(phi) + (self.embedding(y) * phi).sum(1, keepdim=True)


class Projected(Concatenated):
    def _network(self, role: str, inputs: int, outputs: int) -> nn.Module:
        if role == "generator":
            return super()._network(role, inputs, outputs)
        chain = PlainLoop._network(self, role, inputs, outputs).float()
        return ProjectedMLP(chain, self.labels).to(self.dtype)  # drawn after the chain, in its precision


class Auxiliary(Concatenated):
    """D sees no label, and has K logits behind its own."""

    def _network(self, role: str, inputs: int, outputs: int) -> nn.Module:
        return super()._network(role, inputs, outputs if role == "generator" else outputs + self.labels)

    def _told(self, role: str) -> int:
        return self.labels if role == "generator" else 0

    def logits(self, x: Tensor, y: Tensor) -> Tensor:
        return self.d(x)[:, :1]

    def classes(self, x: Tensor, label: Tensor) -> Tensor:
        return self.setting.conditional.weight * F.cross_entropy(self.d(x)[:, 1:], label)
