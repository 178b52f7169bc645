"""From files to a checked API: the format of ``appsync.yaml``."""
