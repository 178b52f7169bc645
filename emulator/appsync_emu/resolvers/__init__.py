"""The code between a field and its data source."""
