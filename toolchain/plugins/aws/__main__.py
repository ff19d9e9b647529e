"""`python -m toolchain.plugins.aws`: started by the engine through toolchain/bin/aws."""

from toolchain.plugins.aws.plugin import AwsPlugin
from toolchain.plugins.host import main

main(AwsPlugin())
