"""The aggregate User."""

USERS = {}


def create(event, context):
    """Handles the command createUser: UserManagement.User.Create."""
    username = event["arguments"]["input"]["username"]
    USERS[username] = {"username": username}
    context.emit("UserCreated", {"username": username})
