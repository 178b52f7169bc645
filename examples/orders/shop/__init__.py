"""A shop that takes orders and lets somebody else take the money."""
