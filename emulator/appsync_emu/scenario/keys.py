"""Every key of a scenario file; ``scenario.schema.json`` has the same, and a test holds the two."""

from __future__ import annotations

from typing import Final

__all__ = [
    "API",
    "CALLS",
    "CLOCK",
    "CLOSE",
    "COMPONENT_WANTED",
    "COVERAGE",
    "CRASH",
    "CRASH_STEP",
    "DEADLETTERS",
    "DUPLICATE",
    "DURING",
    "EFFECT",
    "EFFECTS_WANTED",
    "ERRORS_OF_CLIENTS",
    "ERROR_BUSINESS",
    "ERROR_OTHER",
    "ERROR_WANTED",
    "EXCEPTION",
    "EXPECT",
    "FAULT",
    "FAULT_WANTED",
    "INVARIANTS",
    "KINDS",
    "LABELLED",
    "LETTERS_WANTED",
    "LETTER_WANTED",
    "QUANTIFIERS",
    "QUERY",
    "REFUSED",
    "REORDER",
    "SCENARIO",
    "SEEDS",
    "SEND",
    "SETTLE",
    "STEP",
    "STRIKE",
    "SUBSCRIBE",
    "SUBSCRIBER_WANTED",
    "THROTTLE",
    "TRACE_WANTED",
]

SCENARIO: Final = (
    "scenario",
    "title",
    "tags",
    "api",
    "retry",
    "deadletters",
    "clock",
    "seeds",
    "variables",
    "identities",
    "faults",
    "steps",
    "calm",
    "expect",
    "coverage",
)
API: Final = ("config", "schema", "handlers")
DEADLETTERS: Final = ("business",)
CLOCK: Final = ("start", "give_up_after")
SEEDS: Final = ("from", "count", "always")
COVERAGE: Final = ("commands", "components", "events", "faults")

FAULT: Final = ("id", "note", "point", "match", "strike", "effect")
STRIKE: Final = ("attempts", "calls", "per", "during", "chance", "limit")
CALLS: Final = ("skip", "first", "every")
DURING: Final = ("from", "until")
KINDS: Final = (
    "error",
    "delay",
    "hang",
    "throttle",
    "crash",
    "drop",
    "duplicate",
    "reorder",
    "close",
    "corrupt",
    "outage",
)
EFFECT: Final = (*KINDS, "after", "phase")
ERROR_BUSINESS: Final = ("business", "message")
ERROR_OTHER: Final = ("type", "status", "message", "technical")
THROTTLE: Final = ("rate", "burst")
CRASH: Final = ("scope", "component", "restart_after")
DUPLICATE: Final = ("copies", "after")
REORDER: Final = ("window", "after")
CLOSE: Final = ("code", "reason")

STEP: Final = (
    "send",
    "subscribe",
    "query",
    "advance",
    "settle",
    "arm",
    "heal",
    "crash",
    "redrive",
    "discard",
    "set",
    "expect",
)
SEND: Final = (
    "label",
    "command",
    "input",
    "identity",
    "headers",
    "repeat",
    "every",
    "refused",
    "save",
)
REFUSED: Final = ("status", "type", "message")
SUBSCRIBE: Final = ("label", "to", "of", "arguments", "identity", "headers")
QUERY: Final = (
    "field",
    "document",
    "arguments",
    "identity",
    "headers",
    "expect",
    "errors",
    "save",
)
ERRORS_OF_CLIENTS: Final = ("type", "message")
SETTLE: Final = ("within",)
CRASH_STEP: Final = ("component", "restart_after")
LABELLED: Final = ("label",)

EXPECT: Final = ("traces", "deadletters", "subscribers", "faults", "effects", "invariants")
QUANTIFIERS: Final = ("all", "any", "none")
COMPONENT_WANTED: Final = ("status", "attempts", "retries", "error")
TRACE_WANTED: Final = (*COMPONENT_WANTED, "statuses", "within", "effects", "components")
ERROR_WANTED: Final = ("type", "message", "class", "reason")
EFFECTS_WANTED: Final = ("writes", "reads")
LETTERS_WANTED: Final = ("count", "contain")
LETTER_WANTED: Final = ("label", "component", "attempts", "reason", "error", "context")
SUBSCRIBER_WANTED: Final = ("sees", "duplicates", "after_reconnect", "reconnects")
FAULT_WANTED: Final = ("strikes",)
INVARIANTS: Final = ("except",)
EXCEPTION: Final = ("name", "reason")
