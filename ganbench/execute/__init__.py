"""Executors: what maps populations to processes and devices. Importing the package does not import torch."""
