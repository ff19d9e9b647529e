"""The emulated Okta org: state and Management API."""
