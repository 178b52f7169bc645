"""A local AWS AppSync that tests asynchronous command handling."""

__version__ = "0.1.0"
