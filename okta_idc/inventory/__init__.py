"""One read of Okta and AWS, used by the doctor, `status` and `adopt`. Reads only."""
