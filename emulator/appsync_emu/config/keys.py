"""Every key of ``appsync.yaml``: which this version reads, and which it refuses by name.

``api.schema.json`` describes the same keys for editors; a test holds the two together. The refused
ones are words of the serverless-appsync-plugin v2 (its ``doc/general-config.md`` and neighbours)
that would change what an API does, so that reading over them would be a lie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appsync_emu.core.api import TraceFields

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "API",
    "API_KEY",
    "API_KEY_REFUSED",
    "API_REFUSED",
    "AUTHENTICATION",
    "AUTHENTICATION_REFUSED",
    "BACKOFF",
    "COMMAND",
    "COMPONENT",
    "DATA_SOURCE",
    "DEADLETTERS",
    "ERRORS",
    "FUNCTION",
    "FUNCTION_REFUSED",
    "LAMBDA_CONFIG",
    "LAMBDA_CONFIG_REFUSED",
    "PIPELINE_FUNCTION",
    "RESOLVER",
    "RESOLVER_REFUSED",
    "RETRY",
    "TRACE",
    "TRACE_FIELDS",
    "trace_attribute",
]

API: Final = (
    "name",
    "schema",
    "authentication",
    "apiKeys",
    "dataSources",
    "resolvers",
    "pipelineFunctions",
    "commands",
    "components",
    "retry",
    "deadletters",
    "errors",
    "trace",
    "queue_limit",
    "fresh",
)
_REMOVE = "Remove it from this file."
API_REFUSED: Final[Mapping[str, str]] = {
    "appSync": "Move what stands under it to the top of this file.",
    "additionalAuthentications": f"{_REMOVE[:-1]}; clients authenticate with an API key.",
    "apiId": _REMOVE,
    "caching": _REMOVE,
    "domain": _REMOVE,
    "environment": _REMOVE,
    "esbuild": _REMOVE,
    "introspection": f"{_REMOVE[:-1]}; introspection is always on.",
    "log": _REMOVE,
    "logging": _REMOVE,
    "queryDepthLimit": _REMOVE,
    "resolverCountLimit": _REMOVE,
    "substitutions": _REMOVE,
    "tags": _REMOVE,
    "visibility": _REMOVE,
    "waf": _REMOVE,
    "wafConfig": _REMOVE,
    "xrayEnabled": _REMOVE,
}

AUTHENTICATION: Final = ("type",)
AUTHENTICATION_REFUSED: Final[Mapping[str, str]] = {
    "config": "Remove it; the mode API_KEY has no settings.",
}

API_KEY: Final = ("name", "value", "description", "expiresAfter", "expiresAt")
API_KEY_REFUSED: Final[Mapping[str, str]] = {"apiKeyId": _REMOVE, "wafRules": _REMOVE}

DATA_SOURCE: Final = ("type", "description", "config")
LAMBDA_CONFIG: Final = ("function",)
_POINT_AT_PYTHON = "Point at Python code instead: config: {function: {handler: module:function}}."
LAMBDA_CONFIG_REFUSED: Final[Mapping[str, str]] = {
    "functionName": _POINT_AT_PYTHON,
    "functionAlias": _POINT_AT_PYTHON,
    "lambdaFunctionArn": _POINT_AT_PYTHON,
}
FUNCTION: Final = ("handler", "timeout")
FUNCTION_REFUSED: Final[Mapping[str, str]] = dict.fromkeys(
    (
        "environment",
        "layers",
        "memorySize",
        "name",
        "package",
        "provisionedConcurrency",
        "reservedConcurrency",
        "runtime",
        "vpc",
    ),
    _REMOVE,
)

RESOLVER: Final = ("kind", "dataSource", "functions")
PIPELINE_FUNCTION: Final = ("dataSource", "description")
_NO_CODE = "Remove it; here the data source answers directly, and its Python function decides."
RESOLVER_REFUSED: Final[Mapping[str, str]] = {
    "code": _NO_CODE,
    "request": _NO_CODE,
    "response": _NO_CODE,
    "maxBatchSize": _REMOVE,
    "caching": _REMOVE,
    "sync": _REMOVE,
    "substitutions": _REMOVE,
    "type": 'Write the key as "Type.field" instead.',
    "field": 'Write the key as "Type.field" instead.',
}

COMMAND: Final = ("components",)
COMPONENT: Final = ("handler", "on", "retry", "timeout", "idempotency_key", "concurrency")
RETRY: Final = ("max_retries", "backoff")
BACKOFF: Final = ("kind", "base", "factor", "cap")
ERRORS: Final = ("business", "permanent", "technical")
DEADLETTERS: Final = ("business",)
TRACE: Final = ("id", "field", "header", "argument", "query", "subscription", "fields")


def trace_attribute(key: str) -> str:
    """The attribute of :class:`~appsync_emu.core.api.TraceFields` that a key sets."""
    return {"traceId": "trace_id", "errorType": "error_type"}.get(key, key)


_BY_ATTRIBUTE = {"trace_id": "traceId", "error_type": "errorType"}
TRACE_FIELDS: Final = tuple(
    _BY_ATTRIBUTE.get(name, name) for name in TraceFields.__dataclass_fields__
)
