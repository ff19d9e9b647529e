"""`python -m toolchain.plugins.okta`: started by the engine through toolchain/bin/okta."""

from toolchain.plugins.host import main
from toolchain.plugins.okta.plugin import OktaPlugin

main(OktaPlugin())
