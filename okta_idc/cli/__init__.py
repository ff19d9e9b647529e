"""`okta-idc`: one file a subcommand."""
