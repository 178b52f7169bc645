"""Tables in memory, in place of DynamoDB's: so much of them as a shop needs."""


class ConditionalCheckFailedException(Exception):  # noqa: N818 - DynamoDB's own name
    """The item was there already."""


class Table:
    """Items by their key.

    Attributes:
        items: all of them.
    """

    def __init__(self, key):
        self.key = key
        self.items = {}

    def put_item(self, item, *, if_new=False):
        """Write an item; with ``if_new``, unless there is one of that key."""
        name = item[self.key]
        if if_new and name in self.items:
            raise ConditionalCheckFailedException(f"there is an item {name}")
        self.items[name] = item

    def get_item(self, name):
        """The item of that key, or ``None``."""
        return self.items.get(name)
