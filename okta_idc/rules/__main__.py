"""`python -m okta_idc.rules` prints docs/rules.md."""

import sys

from okta_idc.rules.page import page

sys.stdout.write(page())
