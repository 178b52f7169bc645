"""The pytest plugin of appsync-emu."""
