"""The exceptions of which the catalogue's errors are the memory."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appsync_emu.core.faults.named import NamedFault


class ClientError(Exception):
    """As botocore's: the service's answer is in ``response``."""

    def __init__(self, fault: NamedFault) -> None:
        assert fault.error is not None
        super().__init__(fault.error.message)
        more = fault.body if isinstance(fault.body, dict) else {}
        self.response = {
            "Error": {"Code": fault.error.type, "Message": fault.error.message},
            "ResponseMetadata": {"HTTPStatusCode": fault.status},
            **more,
        }


class HTTPStatusError(Exception):
    """As httpx's, from ``raise_for_status()``."""

    def __init__(self, fault: NamedFault) -> None:
        super().__init__(fault.meaning)
        self.response = type("Response", (), {"status_code": fault.status})()


_PYTHON = {
    "network.refused": ConnectionRefusedError(),
    "network.dns": socket.gaierror(),
    "network.reset": ConnectionResetError(),
    "network.tls": ssl.SSLError(),
    "network.connect-timeout": TimeoutError(),
    "network.timeout": TimeoutError(),
}


def real(fault: NamedFault) -> Exception:
    """The exception that a handler meets when this happens for real."""
    if fault.name in _PYTHON:
        return _PYTHON[fault.name]
    return HTTPStatusError(fault) if fault.service == "http" else ClientError(fault)
