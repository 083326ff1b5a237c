"""Code of the user's as components."""
