"""The kit's library: rules, settings, clients for Okta and AWS outside the Pulumi engine, and the
command line `okta-idc`."""
