"""`python -m okta_idc.rules` prints docs/reference/rules.md."""

import sys

from okta_idc.rules.docs_page import page

sys.stdout.write(page())
