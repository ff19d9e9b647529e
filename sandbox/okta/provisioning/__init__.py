"""Okta's provisioning: sends users and groups to AWS through SCIM."""
