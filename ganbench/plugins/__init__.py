"""Code of the user's as a component: `my_losses.py:my_loss` or `my_package.models:MyG`. Imports no torch.

`Plugins` says which code a suite may name, `Code` is one object with the text it comes from, `Adapted` how an
ordinary function, class or array becomes what the engine asks for; each kind has its adapter beside the things
that it imitates (`_ADAPTERS` in `entry.py`).
"""

from ganbench.plugins.code import Code, Plug, complaint_of, own_code
from ganbench.plugins.entry import admit, kinds
from ganbench.plugins.places import Plugins
from ganbench.plugins.signature import Adapted, given, positional

__all__ = [
    "Adapted",
    "Code",
    "Plug",
    "Plugins",
    "admit",
    "complaint_of",
    "given",
    "kinds",
    "own_code",
    "positional",
]
