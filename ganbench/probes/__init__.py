"""Measurements during training. They read copies and never change what they measure."""
