"""The AWS account of the sandbox: moto, mended in process, and the SCIM endpoint beside it."""
