"""The only code that waits: clock, handlers, dispatch, fan-out, the composition root."""
