"""What went wrong in a handler, as the journal remembers it."""

from __future__ import annotations

import linecache
import logging
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from appsync_emu.core.classify import ErrorClass, classify
from appsync_emu.core.records import ErrorInfo
from appsync_emu.datasources.marshal import MarshalError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["error_info", "log_failure", "timed_out"]

_LOG = logging.getLogger("appsync_emu.handlers")
_OURS = str(Path(__file__).parents[1])
STACK_FRAMES_MAX = 40


def timed_out(request_id: str, timeout_s: float) -> ErrorInfo:
    """The error of an attempt that took too long, in Lambda's words (recorded in 2025)."""
    message = f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds"
    return ErrorInfo("Sandbox.Timedout", message, ErrorClass.TECHNICAL.value, "time limit")


def error_info(error: BaseException, registered: Mapping[str, ErrorClass]) -> ErrorInfo:
    """An exception as the journal remembers it, with the part of the stack that is the user's."""
    if isinstance(error, MarshalError):
        return ErrorInfo(
            error.error_type, error.message, ErrorClass.TECHNICAL.value, "unknown type"
        )
    if isinstance(error, SystemExit):
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
        message = f"Runtime exited with error: exit status {status}"
        return ErrorInfo(
            "Runtime.ExitError", message, ErrorClass.TECHNICAL.value, "the handler called sys.exit"
        )
    classified = classify(error, registered)
    response = getattr(error, "response", None)
    aws = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - the exception is the user's, and so may its methods be
        message = "(the exception has no text)"
    return ErrorInfo(
        aws or type(error).__name__,
        message,
        classified.error_class.value,
        classified.why,
        _stack_of(error),
    )


def log_failure(who: str, error: ErrorInfo) -> None:
    """Tell the log where a user's function raised, as Lambda does; a server's terminal shows it."""
    _LOG.warning("%s", "\n".join([f"{who}: {error.type}: {error.message}", *error.stack]))


def _stack_of(error: BaseException) -> tuple[str, ...]:
    """The user's part of the stack, as Lambda's ``stackTrace`` shows it."""
    lines = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        if not code.co_filename.startswith(_OURS):
            source = linecache.getline(code.co_filename, line, frame.f_globals).strip()
            lines.append(
                f'  File "{code.co_filename}", line {line}, in {code.co_name}\n    {source}'
            )
    return tuple(lines[-STACK_FRAMES_MAX:])
