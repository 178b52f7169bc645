"""AWS Lambda fails to run a function, or the function fails."""

from __future__ import annotations

from appsync_emu.core.faults.crash import EXITED
from appsync_emu.core.faults.named import ClientError, NamedFault, permanent, technical
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

_INVOKE = "AWS Lambda API Reference, Invoke, Errors"
_KILLED = "nothing: it is killed in a way that `except Exception` does not catch"
_CALLED = (Point.DISPATCH, Point.DATA, Point.ATTEMPT)

FAULTS = (
    NamedFault(
        name="lambda.throttled",
        points=_CALLED,
        meaning="Lambda has no capacity left for the function.",
        error=technical("TooManyRequestsException", "Rate Exceeded."),
        handler_sees="botocore ClientError TooManyRequestsException, 429",
        client=ClientError(
            error_type="Lambda:TooManyRequestsException", message="Rate Exceeded.", verified=False
        ),
        service="lambda",
        status=429,
        body={"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "Type": "User"},
        source=_INVOKE,
    ),
    NamedFault(
        name="lambda.service",
        points=_CALLED,
        meaning="Lambda itself fails.",
        error=technical("ServiceException", "The service had an internal error."),
        handler_sees="botocore ClientError ServiceException, 500",
        client=ClientError(
            error_type="Lambda:ServiceException",
            message="The service had an internal error.",
            verified=False,
        ),
        service="lambda",
        status=500,
        source=_INVOKE,
    ),
    NamedFault(
        name="lambda.error",
        points=(Point.DATA,),
        meaning="The function that was called ran, and ended with an error.",
        error=technical("Unhandled", "The function failed."),
        handler_sees="no exception: 200, FunctionError `Unhandled`, and the error as the payload",
        client=ClientError(error_type="Lambda:Unhandled", message="The function failed."),
        phases=("response",),
        service="lambda",
        status=200,
        body={"errorType": "Error", "errorMessage": "The function failed."},
        headers={"X-Amz-Function-Error": "Unhandled"},
        source="aws/aws-appsync-community#209",
    ),
    NamedFault(
        name="lambda.timeout",
        points=(Point.ATTEMPT, Point.DATA),
        meaning="The function runs into its own time limit.",
        error=technical("Sandbox.Timedout", "Task timed out"),
        handler_sees=f"{_KILLED}; who called it: 200, FunctionError `Unhandled`",
        client=ClientError(error_type="Lambda:Unhandled", message="Task timed out"),
        phases=("request", "response"),
        service="lambda",
        status=200,
        body={"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out"},
        headers={"X-Amz-Function-Error": "Unhandled"},
        source="aws/aws-appsync-community#386",
    ),
    NamedFault(
        name="lambda.appsync-timeout",
        points=(Point.DATA,),
        meaning="AppSync does not wait longer than 30 s; the function goes on.",
        error=technical("Lambda:ExecutionTimeoutException", "Execution timed out."),
        handler_sees="nothing: it goes on, and nobody waits for its answer",
        client=ClientError(
            error_type="Lambda:ExecutionTimeoutException", message="Execution timed out."
        ),
        phases=("response",),
        service="lambda",
        source="aws/aws-appsync-community#386",
    ),
    NamedFault(
        name="lambda.crash",
        points=(Point.ATTEMPT,),
        meaning="The function's process exits; the message is delivered again.",
        error=EXITED,
        handler_sees=_KILLED,
        client=ClientError(error_type="Lambda:Unhandled", message=EXITED.message, verified=False),
        phases=("request", "response"),
        service="lambda",
        source="AWS Lambda, error payload Runtime.ExitError",
        kind="crash",
    ),
    NamedFault(
        name="lambda.out-of-memory",
        points=(Point.ATTEMPT,),
        meaning="The function needs more memory than it has; the message is delivered again.",
        error=technical("Runtime.OutOfMemory", "Runtime exited with error: signal: killed"),
        handler_sees=_KILLED,
        client=ClientError(
            error_type="Lambda:Unhandled",
            message="Runtime exited with error: signal: killed",
            verified=False,
        ),
        phases=("request", "response"),
        service="lambda",
        source="adobe/helix-html2md-service#1001",
        kind="crash",
    ),
    NamedFault(
        name="lambda.payload-too-large",
        points=(Point.DISPATCH, Point.ATTEMPT),
        meaning="The event is larger than Lambda takes.",
        error=permanent("RequestTooLargeException", "The request payload exceeded the limit."),
        handler_sees="nothing: it is not called",
        client=ClientError(
            error_type="Lambda:RequestTooLargeException",
            message="The request payload exceeded the limit.",
            verified=False,
        ),
        service="lambda",
        status=413,
        source=_INVOKE,
    ),
)
