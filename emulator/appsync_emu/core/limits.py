"""AppSync's quotas, as two tables: ``STRICT`` is the service, ``RELAXED`` gets out of the way.

Source of a quota, unless its line says otherwise: the AWS General Reference, "AWS AppSync endpoints
and quotas". Lines marked *ours* bound something for which the service publishes no figure: every
queue and every input has a limit.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RELAXED", "STRICT", "Limits"]

KIB = 1024
MIB = 1024 * KIB
DAY_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """One table of quotas; units come last in the names.

    Attributes:
        document_tokens: lexical tokens of one GraphQL document.
        schema_bytes: the whole schema document.
        functions_per_pipeline: pipeline functions of one resolver.
        resolvers_per_request: resolver calls of one request.
        request_s: execution time of one request.
        resolver_result_bytes: one evaluated resolver response.
        subscriptions_per_connection: live subscriptions of one WebSocket. The quota table says 200;
            error messages seen in the wild say 100, and 50 before that.
        subscription_payload_bytes: ``payload`` of one ``data`` frame, as UTF-8; what is larger is
            dropped without notice.
        connection_life_s: after which the server closes a WebSocket.
        connection_timeout_ms: what ``connection_ack`` announces (AWS: real-time-websocket-client).
        keep_alive_s: time between two ``ka`` frames (observed; the period is not documented).
        handshake_grace_s: how long a refused connection stays open for a client that has not
            said anything yet (ours).
        frame_chars: one incoming WebSocket message (ours).
        subscription_id_chars: ``id`` of a ``start`` (ours).
        outbox_bytes: what may wait for a slow reader before it is disconnected (ours).
    """

    document_tokens: int = 15_000
    schema_bytes: int = 1 * MIB
    functions_per_pipeline: int = 10
    resolvers_per_request: int = 10_000
    request_s: float = 30.0
    resolver_result_bytes: int = 5 * MIB
    subscriptions_per_connection: int = 200
    subscription_payload_bytes: int = 240 * KIB
    connection_life_s: int = DAY_S
    connection_timeout_ms: int = 300_000
    keep_alive_s: int = 60
    handshake_grace_s: int = 5
    frame_chars: int = 1 * MIB
    subscription_id_chars: int = 1_024
    outbox_bytes: int = 4 * MIB


STRICT = Limits()
"""The quotas of the service."""

RELAXED = Limits(
    document_tokens=1_000_000,
    schema_bytes=64 * MIB,
    functions_per_pipeline=1_000,
    resolvers_per_request=10_000_000,
    request_s=3_600.0,
    resolver_result_bytes=256 * MIB,
    subscriptions_per_connection=100_000,
    subscription_payload_bytes=64 * MIB,
    connection_life_s=365 * DAY_S,
    frame_chars=64 * MIB,
    outbox_bytes=256 * MIB,
)
"""Quotas out of the way: for exploring, not for trusting."""
