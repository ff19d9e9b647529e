"""The library of the kit: what must hold (`rules`), how we talk to Okta and AWS outside the
engine (`clients`), and the command line (`cli`)."""
