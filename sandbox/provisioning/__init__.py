"""What Okta does asynchronously: users and groups through SCIM."""
