"""Users, their workspaces, and who is told about them."""
