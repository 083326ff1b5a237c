"""Speed and memory of the population engine against plain PyTorch loops. See README.md."""
