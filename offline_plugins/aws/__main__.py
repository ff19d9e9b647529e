"""`python -m offline_plugins.aws`. The engine starts it through offline_plugins/bin/aws."""

from offline_plugins.aws.plugin import AwsPlugin
from offline_plugins.provider_server import main

main(AwsPlugin())
