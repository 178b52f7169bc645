"""A shop that charges cards, and writes down whom it charged."""
