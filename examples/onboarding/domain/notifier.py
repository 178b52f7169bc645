"""The automation that makes the owner of a new workspace its first member."""


def welcome(event, context):
    """Is started by the event WorkspaceCreated, and sends a command under the same trace."""
    created = event["detail"]
    context.send("authorizeUser", drn=created["drn"], username=created["owner"])
