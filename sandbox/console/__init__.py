"""The Okta and AWS consoles: the console-only steps, on plain pages without JavaScript."""
