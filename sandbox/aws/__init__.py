"""The emulated AWS account: moto with corrections, and the SCIM endpoint."""
