"""The distribution from the outside: the wheel in empty folders with an empty environment."""
