"""An Okta org and an AWS account on 127.0.0.1. Knows nothing of the kit."""
