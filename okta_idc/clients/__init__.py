"""How we talk to Okta and to AWS outside the engine. Read-only; knows nobody else of the kit."""
