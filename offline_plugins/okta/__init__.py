"""The replacement Okta plugin: what this kit declares, over plain HTTP to a loopback address."""
