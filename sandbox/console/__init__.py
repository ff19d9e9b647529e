"""The two consoles, to click: what only a person can do, on plain pages without JavaScript."""
