"""The population engine: many GANs of one shape, trained as one program."""
