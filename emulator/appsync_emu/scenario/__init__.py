"""Scenario files: what goes wrong, what is done, what must hold; and the verdict."""
