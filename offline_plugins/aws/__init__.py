"""The replacement AWS plugin: the part of pulumi-aws that this kit uses, for loopback addresses."""
