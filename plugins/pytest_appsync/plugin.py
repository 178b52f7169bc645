"""The plugin that pytest loads."""
