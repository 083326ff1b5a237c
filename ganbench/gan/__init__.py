"""Reference GANs: losses, penalties, optimisers, networks. Importing the package does not import torch."""
