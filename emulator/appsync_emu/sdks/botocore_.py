"""botocore, and so boto3: every try of a client passes the joint, its own retries too.

A fault answers in the words of the service, and botocore reads the answer as it reads any: its
errors, the fields that a service models, and its retries are botocore's own.
"""

from __future__ import annotations

import importlib
import io
import json
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from appsync_emu.sdks.batches import split
from appsync_emu.sdks.joint import CURRENT, Call, Part, made_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from appsync_emu.core.faults.verdict import Fail
    from appsync_emu.sdks.batches import Batch

__all__ = ["patch"]

_PARAMS: ContextVar[dict[str, Any] | None] = ContextVar("appsync_emu_params", default=None)
"""What the present call of a client was given: an endpoint sees bytes alone."""

_ERROR_FROM = 300
_SOURCES = ("TableName", "FunctionName", "QueueUrl", "EventBusName", "Bucket", "TopicArn")
_TOKENS = ("ClientRequestToken", "ClientToken", "MessageDeduplicationId")
_NETWORK = {
    "network.refused": "EndpointConnectionError",
    "network.dns": "EndpointConnectionError",
    "network.reset": "ConnectionClosedError",
    "network.tls": "SSLError",
    "network.connect-timeout": "ConnectTimeoutError",
    "network.timeout": "ReadTimeoutError",
}
"""What botocore makes of errors of the network (botocore/httpsession.py)."""

_SIGNED = frozenset({"authorization", "content-length", "x-amz-date", "x-amz-security-token"})


def patch() -> None:
    """Wrap botocore, which is loaded."""
    client: Any = importlib.import_module("botocore.client")
    endpoint: Any = importlib.import_module("botocore.endpoint")
    retryhandler: Any = importlib.import_module("botocore.retryhandler")
    standard: Any = importlib.import_module("botocore.retries.standard")
    client.BaseClient._make_api_call = _with_params(client.BaseClient._make_api_call)  # noqa: SLF001 - botocore has no other place
    endpoint.Endpoint._do_get_response = _passing(endpoint.Endpoint._do_get_response)  # noqa: SLF001 - the same
    endpoint.time = _Time(endpoint.time)
    retryhandler.random = _Random(retryhandler.random)
    standard.ExponentialBackoff.delay_amount = _drawn(standard.ExponentialBackoff.delay_amount)


class _Time:
    """The module ``time``, but back-off inside a handler is time of the emulator."""

    def __init__(self, module: Any) -> None:  # noqa: ANN401 - a module
        self._module = module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the module's
        return getattr(self._module, name)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        joint = CURRENT.get()
        if joint is None:
            self._module.sleep(seconds)
        else:
            joint.pause(seconds)


class _Random:
    """The module ``random``, but jitter inside a handler belongs to the seed."""

    def __init__(self, module: Any) -> None:  # noqa: ANN401 - a module
        self._module = module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the module's
        return getattr(self._module, name)

    def random(self) -> float:
        """A number in [0, 1)."""
        joint = CURRENT.get()
        drawn: float = self._module.random() if joint is None else joint.draw("botocore")
        return drawn


def _drawn(delay_amount: Callable[..., float]) -> Callable[..., float]:
    """The back-off of the retry mode ``standard``, with jitter that belongs to the seed."""

    def wrapped(self: Any, context: Any) -> float:  # noqa: ANN401 - botocore's
        joint = CURRENT.get()
        if joint is None:
            return delay_amount(self, context)
        before, self._random = self._random, lambda: joint.draw("botocore")
        try:
            return delay_amount(self, context)
        finally:
            self._random = before

    return wrapped


def _with_params(make_api_call: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:  # noqa: ANN401 - botocore's
        if CURRENT.get() is None:
            return make_api_call(self, operation_name, api_params)
        before = _PARAMS.set(api_params)
        try:
            return make_api_call(self, operation_name, api_params)
        finally:
            _PARAMS.reset(before)

    return wrapped


def _passing(do_get_response: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(self: Any, request: Any, operation_model: Any, context: Any) -> Any:  # noqa: ANN401 - botocore's
        joint = CURRENT.get()
        if joint is None:
            return do_get_response(self, request, operation_model, context)
        call = _Try(do_get_response, self, request, operation_model, context)
        return joint.through(call, lambda: do_get_response(self, request, operation_model, context))

    return wrapped


class _Try(Call):
    """One try of a client: what the endpoint was given, and how it answers."""

    __slots__ = ("_context", "_do", "_endpoint", "_model", "_params", "_request")

    def __init__(
        self,
        do_get_response: Callable[..., Any],
        endpoint: Any,  # noqa: ANN401 - botocore's
        request: Any,  # noqa: ANN401 - botocore's
        model: Any,  # noqa: ANN401 - botocore's
        context: Any,  # noqa: ANN401 - botocore's
    ) -> None:
        self._do = do_get_response
        self._endpoint = endpoint
        self._request = request
        self._model = model
        self._context = context
        self._params: dict[str, Any] = _PARAMS.get() or {}
        service = model.service_model.service_name
        super().__init__(service, _source_of(service, self._params), model.name)

    def arguments(self) -> object:
        """What the client was given."""
        return self._params

    def token(self) -> str | None:
        """The token by which the service recognises another try of the same."""
        for name in _TOKENS:
            token = self._params.get(name)
            if token is not None:
                return str(token)
        return None

    def error_of(self, result: Any) -> str | None:  # noqa: ANN401 - botocore's
        """The code of an answer that is an error, or the name of an exception."""
        answered, exception = result
        if exception is not None:
            return type(exception).__name__
        http, parsed = answered
        if http.status_code >= _ERROR_FROM:
            return str(parsed.get("Error", {}).get("Code") or http.status_code)
        return None

    def part(self, fault: Fail) -> Part | None:
        """Send a part of a batch, and answer that the rest was not taken."""
        batch = split(fault, self._params)
        if batch is None:
            return None
        return Part(lambda: self._sent_in_part(batch), batch.taken)

    def _sent_in_part(self, batch: Batch) -> Any:  # noqa: ANN401 - botocore's
        if not batch.taken:
            (http, parsed), error = self._answered(_response(self._request.url, 200, {}, b"{}"))
            return (http, batch.answer(parsed)), error
        serialized = json.loads(self._request.body)
        serialized.update(_same_part(serialized, batch))
        headers = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in self._request.headers.items()
            if name.lower() not in _SIGNED
        }
        request = self._endpoint.create_request(
            {
                "method": self._request.method,
                "url": self._request.url,
                "headers": headers,
                "body": json.dumps(serialized).encode(),
                "context": self._context,
            },
            self._model,
        )
        answered, error = self._do(self._endpoint, request, self._model, self._context)
        if answered is None or answered[0].status_code >= _ERROR_FROM:
            return answered, error
        return (answered[0], batch.answer(answered[1])), error

    def fail(self, fault: Fail) -> Any:  # noqa: ANN401 - botocore's
        """The answer of a service that fails, or the exception of a network that does."""
        named = fault.named
        network = _NETWORK.get(named.name) if named is not None else None
        if network is not None:
            return None, self._network_error(network, fault)
        if named is None or not named.status:
            return None, made_up(fault)
        headers = {"x-amzn-RequestId": "INJECTED", **(named.headers or {})}
        fields = named.body if isinstance(named.body, dict) else {}
        if named.status < _ERROR_FROM:
            body = json.dumps(fields).encode()
        else:
            body = self._error_body(fault, fields, headers)
        return self._answered(_response(self._request.url, named.status, headers, body))

    def _network_error(self, name: str, fault: Fail) -> Exception:
        exceptions = importlib.import_module("botocore.exceptions")
        error: Exception = getattr(exceptions, name)(
            endpoint_url=self._request.url, error=fault.error.message
        )
        return error

    def _error_body(self, fault: Fail, fields: dict[str, Any], headers: dict[str, str]) -> bytes:
        """The error in the service's protocol (Smithy, AWS protocols)."""
        model = self._model.service_model
        protocol = getattr(model, "resolved_protocol", None) or model.metadata["protocol"]
        code, message = fault.error.type, fault.error.message
        if protocol in ("query", "ec2", "rest-xml"):
            told = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
            if protocol == "query":
                told = f"<Error><Type>Sender</Type>{told}</Error>"
                return (
                    f"<ErrorResponse>{told}<RequestId>INJECTED</RequestId></ErrorResponse>".encode()
                )
            if protocol == "ec2":
                return f"<Response><Errors><Error>{told}</Error></Errors></Response>".encode()
            return f"<Error>{told}</Error>".encode()
        headers["x-amzn-ErrorType"] = code
        namespace = model.metadata.get("uid", self.service or "")
        return json.dumps(
            {**fields, "__type": f"{namespace}#{code}", "message": message, "Message": message}
        ).encode()

    def _answered(self, response: Any) -> Any:  # noqa: ANN401 - botocore's
        """The answer, read by botocore."""
        answering = _Answering(self._endpoint, response)
        return self._do(answering, self._request, self._model, self._context)


def _same_part(serialized: dict[str, Any], batch: Batch) -> dict[str, Any]:
    """The part of a batch, cut out of the serialized request: its items have the same order."""
    part: dict[str, Any] = {}
    if "RequestItems" in batch.params:
        part["RequestItems"] = {}
        for table, asked in batch.params["RequestItems"].items():
            whole = serialized["RequestItems"][table]
            if isinstance(asked, dict):
                keys = whole["Keys"][: len(asked["Keys"])]
                part["RequestItems"][table] = {**whole, "Keys": keys}
            else:
                part["RequestItems"][table] = whole[: len(asked)]
    else:
        part["Entries"] = serialized["Entries"][: len(batch.params["Entries"])]
    return part


def _source_of(service: str, params: dict[str, Any]) -> str:
    """Table, function, queue, bus, bucket or topic; the service where there is none of them."""
    for name in _SOURCES:
        value = params.get(name)
        if isinstance(value, str) and value:
            return _last_part(value)
    items = params.get("RequestItems")
    if isinstance(items, dict) and items:
        return _last_part(str(next(iter(items))))
    for item in params.get("TransactItems") or ():
        for asked in item.values():
            if isinstance(asked, dict) and "TableName" in asked:
                return _last_part(str(asked["TableName"]))
    entries = params.get("Entries")
    if service == "events" and isinstance(entries, list) and entries:
        return _last_part(str(entries[0].get("EventBusName") or "default"))
    return service


def _last_part(name: str) -> str:
    """The name in an ARN or URL: ``arn:aws:dynamodb:…:table/Orders`` is ``Orders``."""
    if name.startswith("arn:") and ":function:" in name:
        return name.partition(":function:")[2].partition(":")[0]
    if name.startswith(("arn:", "http:", "https:")):
        return name.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    return name


class _Answering:
    """An endpoint that has its answer already, and asks nobody."""

    def __init__(self, endpoint: Any, response: Any) -> None:  # noqa: ANN401 - botocore's
        self._endpoint = endpoint
        self._response = response
        self._event_emitter = _Emitter(endpoint._event_emitter)  # noqa: SLF001 - botocore has no other place

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the endpoint's
        return getattr(self._endpoint, name)

    def _send(self, _: Any) -> Any:  # noqa: ANN401 - botocore's
        return self._response


class _Emitter:
    """The endpoint's events, but nobody may answer before it is sent."""

    def __init__(self, emitter: Any) -> None:  # noqa: ANN401 - botocore's
        self._emitter = emitter

    def emit(self, name: str, **facts: Any) -> Any:  # noqa: ANN401 - botocore's
        """Tell the listeners."""
        return [] if name.startswith("before-send.") else self._emitter.emit(name, **facts)


class _Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_: Any) -> Iterator[bytes]:  # noqa: ANN401 - urllib3's
        """The body in one piece."""
        yield self.read()


def _response(url: str, status: int, headers: dict[str, str], body: bytes) -> Any:  # noqa: ANN401 - botocore's
    awsrequest = importlib.import_module("botocore.awsrequest")
    headers = {"Content-Length": str(len(body)), **headers}
    return awsrequest.AWSResponse(url, status, headers, _Raw(body))
