"""Quotas of real-time connections: ``STRICT`` is AppSync, ``RELAXED`` gets out of the way.

The bounds of documents are in ``graph/parsing.py``, that of HTTP bodies in ``core/http.py``.

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
    subscriptions_per_connection=100_000,
    subscription_payload_bytes=64 * MIB,
    connection_life_s=365 * DAY_S,
    frame_chars=64 * MIB,
    outbox_bytes=256 * MIB,
)
"""Quotas out of the way: for exploring, not for trusting."""
