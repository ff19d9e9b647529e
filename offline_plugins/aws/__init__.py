"""The replacement AWS plugin: the look-ups of pulumi-aws that the kit makes, on loopback only."""
