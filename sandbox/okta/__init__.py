"""An Okta org on 127.0.0.1: state, search and HTTP."""
