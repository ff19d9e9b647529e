"""The policy pack: checks declared resources, of any stack, against the rules."""
