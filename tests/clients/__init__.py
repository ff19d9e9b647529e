"""Clients that nobody here wrote, each in an environment of its own, against the sandbox."""
