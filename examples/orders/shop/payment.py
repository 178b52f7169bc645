"""Stands for the payment service: reached over a network, and not always."""


class PaymentService:
    """Charges orders, unless the connection is reset.

    Attributes:
        resets: how many connections will be reset before one holds.
        charged: the total of each order that was charged, by its id.
    """

    def __init__(self, resets):
        self.resets = resets
        self.charged = {}

    def charge(self, order_id, total):
        if self.resets > 0:
            self.resets -= 1
            raise ConnectionResetError("the payment service reset the connection")
        self.charged[order_id] = total


PAYMENTS = PaymentService(resets=2)  # so that the first order that you send is retried
