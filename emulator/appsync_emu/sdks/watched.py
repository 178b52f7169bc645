"""``watch``: an object of the user's own whose methods are calls of a service.

For everything that is not called through botocore, httpx or aiohttp: a database driver, a client
of somebody's SDK, a table that a test keeps in a dictionary.
"""

from __future__ import annotations

import inspect
import socket
import ssl
import sys
from typing import TYPE_CHECKING, Any, TypeVar, cast

from appsync_emu.core.effects import pascal_case
from appsync_emu.sdks.batches import split
from appsync_emu.sdks.joint import CURRENT, Call, Part, made_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from appsync_emu.core.faults.named import NamedFault
    from appsync_emu.core.faults.verdict import Fail
    from appsync_emu.sdks.batches import Batch

__all__ = ["AwsError", "watch"]

T = TypeVar("T")

_BUILT_IN: dict[str, Callable[[str], Exception]] = {
    "network.refused": lambda message: ConnectionRefusedError(111, message),
    "network.dns": lambda message: socket.gaierror(socket.EAI_NONAME, message),
    "network.reset": lambda message: ConnectionResetError(104, message),
    "network.tls": lambda message: ssl.SSLError(1, message),
    "network.connect-timeout": TimeoutError,
    "network.timeout": TimeoutError,
}
"""What a program without any library meets (Python documentation, "Built-in Exceptions")."""


class AwsError(Exception):
    """An error of an AWS service, like botocore's ``ClientError``, where botocore is not loaded.

    Attributes:
        response: ``Error`` (``Code`` and ``Message``), ``ResponseMetadata``, and what the service
            adds.
        operation_name: what was called.
    """

    def __init__(self, response: dict[str, Any], operation_name: str) -> None:
        error = response["Error"]
        super().__init__(
            f"An error occurred ({error['Code']}) when calling the {operation_name} operation:"
            f" {error['Message']}"
        )
        self.response = response
        self.operation_name = operation_name


class _Method(Call):
    """One call of a method of a watched object."""

    __slots__ = ("_args", "_kwargs", "_method")

    def __init__(
        self,
        names: tuple[str | None, str, str],
        method: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        super().__init__(*names)
        self._method = method
        self._args = args
        self._kwargs = kwargs

    def arguments(self) -> object:
        """What the method was given."""
        return {"args": self._args, **self._kwargs} if self._args else self._kwargs

    def token(self) -> str | None:
        """The token among the arguments, by its names in AWS's APIs."""
        for name in ("ClientRequestToken", "MessageDeduplicationId"):
            if name in self._kwargs:
                return str(self._kwargs[name])
        return None

    def part(self, fault: Fail) -> Part | None:
        """Send a part of a batch, and answer that the rest was not taken."""
        batch = split(fault, self._kwargs)
        if batch is None:
            return None
        method, args = self._method, self._args

        def go() -> Any:  # noqa: ANN401 - the user's
            if not batch.taken:
                nothing = batch.answer({})
                return _soon(nothing) if inspect.iscoroutinefunction(method) else nothing
            answer = method(*args, **batch.params)
            return _later(batch, answer) if inspect.isawaitable(answer) else batch.answer(answer)

        return Part(go, batch.taken)

    def fail(self, fault: Fail) -> Any:  # noqa: ANN401 - the user's
        """Raise what the library would, if it is loaded; else what Python would."""
        named = fault.named
        if named is None:
            raise made_up(fault)
        built_in = _BUILT_IN.get(named.name)
        if built_in is not None:
            raise built_in(fault.error.message)
        if named.headers is not None and "X-Amz-Function-Error" in named.headers:
            return {
                "StatusCode": named.status,
                "FunctionError": named.headers["X-Amz-Function-Error"],
                "Payload": named.body,
            }
        if named.service == "http" or not named.status:
            error = made_up(fault)
            vars(error).update(status=named.status, headers=dict(named.headers or {}))
            raise error
        raise self._service_error(named, fault)

    def _service_error(self, named: NamedFault, fault: Fail) -> Exception:
        response = {
            **(named.body if isinstance(named.body, dict) else {}),
            "Error": {"Code": fault.error.type, "Message": fault.error.message},
            "ResponseMetadata": {
                "HTTPStatusCode": named.status,
                "HTTPHeaders": dict(named.headers or {}),
                "RetryAttempts": 0,
            },
        }
        exceptions = sys.modules.get("botocore.exceptions")
        kind: Any = AwsError if exceptions is None else exceptions.ClientError
        of_client = getattr(getattr(self._method, "__self__", None), "exceptions", None)
        from_code = getattr(of_client, "from_code", None)
        if callable(from_code):
            kind = from_code(fault.error.type)
        error: Exception = kind(response, self.operation)
        return error


async def _soon(answer: object) -> object:
    return answer


async def _later(batch: Batch, answer: Any) -> object:  # noqa: ANN401 - the user's
    return batch.answer(await answer)


class _Watched:
    """The proxy: methods are calls of a service while a handler runs, all else is the object's."""

    __slots__ = ("_appsync_methods", "_appsync_names", "_appsync_object")

    def __init__(self, watched: object, source: str, service: str | None) -> None:
        object.__setattr__(self, "_appsync_object", watched)
        object.__setattr__(self, "_appsync_names", (service, source))
        object.__setattr__(self, "_appsync_methods", {})

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the object's
        value = getattr(self._appsync_object, name)
        if name.startswith("_") or not callable(value) or isinstance(value, type):
            return value
        methods = self._appsync_methods
        known = methods.get(name)
        if known is None or known[0] != value:
            service, source = self._appsync_names
            known = methods[name] = (value, _passing(value, (service, source, pascal_case(name))))
        return known[1]

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._appsync_object, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._appsync_object, name)

    def __repr__(self) -> str:
        return f"watch({self._appsync_object!r}, source={self._appsync_names[1]!r})"

    def __dir__(self) -> list[str]:
        return dir(self._appsync_object)

    def __len__(self) -> int:
        return len(self._appsync_object)

    def __bool__(self) -> bool:
        return bool(self._appsync_object)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._appsync_object)

    def __contains__(self, item: object) -> bool:
        return item in self._appsync_object

    def __getitem__(self, key: object) -> Any:  # noqa: ANN401 - the object's
        return self._appsync_object[key]

    def __setitem__(self, key: object, value: object) -> None:
        self._appsync_object[key] = value

    def __eq__(self, other: object) -> bool:
        same = other._appsync_object if isinstance(other, _Watched) else other
        return bool(self._appsync_object == same)

    def __hash__(self) -> int:
        return hash(self._appsync_object)


def _passing(method: Callable[..., Any], names: tuple[str | None, str, str]) -> Callable[..., Any]:
    """The method, on its way through the joint of whoever runs."""
    if inspect.iscoroutinefunction(method):

        async def waits(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the method's
            joint = CURRENT.get()
            if joint is None:
                return await method(*args, **kwargs)
            call = _Method(names, method, args, kwargs)
            return await joint.through_async(call, lambda: method(*args, **kwargs))

        return waits

    def blocks(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the method's
        joint = CURRENT.get()
        if joint is None:
            return method(*args, **kwargs)
        call = _Method(names, method, args, kwargs)
        return joint.through(call, lambda: method(*args, **kwargs))

    return blocks


def watch(obj: T, *, source: str, service: str | None = None) -> T:
    """A stand-in for ``obj`` whose methods are calls that faults at the point ``data`` may strike.

    While a handler or a field's function runs, every call is written into the journal and may be
    struck; at any other time the stand-in is the object. What is called in its turn is part of
    the call, and not another.

    Args:
        obj: anything with methods, sync or async; other attributes are the object's own.
        source: what faults, timelines and ``effects`` call it: ``PaymentsTable``.
        service: ``dynamodb``, ``lambda``, ``sqs``, ``http``...; errors of other services do not
            strike it then. Any service's errors strike when it is ``None``.

    Returns:
        The stand-in. Operations are the methods' names, as AWS writes them: ``put_item`` is
        ``PutItem``. Those that do not begin like ``get``, ``query`` or ``list`` count as writes.
    """
    return cast("T", _Watched(obj, source, service))
