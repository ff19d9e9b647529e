"""`python -m offline_plugins.okta`: started by the engine through offline_plugins/bin/okta."""

from offline_plugins.okta.plugin import OktaPlugin
from offline_plugins.provider_server import main

main(OktaPlugin())
