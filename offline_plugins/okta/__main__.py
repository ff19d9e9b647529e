"""`python -m offline_plugins.okta`. The engine starts it through offline_plugins/bin/okta."""

from offline_plugins.okta.plugin import OktaPlugin
from offline_plugins.provider_server import main

main(OktaPlugin())
