"""The replacement Okta plugin: the part of pulumi-okta that this kit uses, for loopback only."""
