"""The policy pack: the rules, asked of anybody's declared resources. `__main__` is the pack."""
