"""The aggregate Workspace, and the view that clients query."""

from appsync_emu.errors import BusinessError

WORKSPACES = {}


class UnknownWorkspace(BusinessError):  # noqa: N818 - clients know it by this name
    """There is nothing to authorize a user for."""


def create(event, context):
    """Is started by the event UserCreated: Workspace.Workspace.Create."""
    owner = event["detail"]["username"]
    drn = f"drn:workspace:{owner}"
    WORKSPACES[drn] = {"drn": drn, "owner": owner, "members": []}
    context.emit("WorkspaceCreated", {"drn": drn, "owner": owner})


def authorize_user(event, context):
    """Handles the command authorizeUser: Workspace.Workspace.AuthorizeUser."""
    wanted = event["arguments"]["input"]
    if wanted["drn"] not in WORKSPACES:
        raise UnknownWorkspace(f"there is no workspace {wanted['drn']}")
    members = WORKSPACES[wanted["drn"]]["members"]
    if wanted["username"] not in members:
        members.append(wanted["username"])


def workspace(event, context):
    """Answers Query.workspace."""
    return WORKSPACES.get(event["arguments"]["drn"])
