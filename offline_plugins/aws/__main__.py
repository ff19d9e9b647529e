"""`python -m offline_plugins.aws`: started by the engine through offline_plugins/bin/aws."""

from offline_plugins.aws.plugin import AwsPlugin
from offline_plugins.provider_server import main

main(AwsPlugin())
