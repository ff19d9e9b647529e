"""`python -m okta_idc`: the same as `okta-idc`."""

from okta_idc.cli.main import app

app()
