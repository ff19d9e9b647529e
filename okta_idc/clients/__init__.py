"""Clients for Okta and AWS outside the Pulumi engine. They read, except for `SecretStore`."""
