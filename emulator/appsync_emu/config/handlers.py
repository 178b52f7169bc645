"""Finds a user's function: ``package.module:function`` becomes a checked handler.

Two APIs in one process (every pytest suite of several services) may both have a module
``handlers``. Python knows one module per name, so the choice is: **the API that was loaded last is
the one that ``import`` finds**. Modules of the same name from another folder step aside before an
import and come back, the very same objects, when their own API is loaded again. So a test that
imports ``handlers`` sees the module that the emulator runs, state and all. Modules that the import
did not need stay where they were, and Python's own modules never step aside. A changed file is read
again by a new process only.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import re
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.config.readers import nearest
from appsync_emu.core.api import Handler

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HandlerRefusedError", "Handlers", "handler_of"]

_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_LAMBDA_PATH = re.compile(r"([\w./-]+?)\.(\w+)")
_lock = threading.RLock()
_Family: TypeAlias = dict[str, ModuleType]
_shelf: dict[tuple[str, str], _Family] = {}
"""Modules that stepped aside, by top-level name and home folder."""


class HandlerRefusedError(Exception):
    """A handler that cannot be used: ``message`` says why, ``remedy`` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(slots=True)
class Handlers:
    """Finds handlers relative to ``folder``; each path is looked up once."""

    folder: Path
    _found: dict[str, Handler] = field(default_factory=dict)

    def find(self, path: str) -> Handler:
        """The handler that ``path`` names.

        Raises:
            HandlerRefusedError: it does not exist, cannot be imported or cannot be called so.
        """
        handler = self._found.get(path)
        if handler is None:
            handler = self._found[path] = handler_of(path, self.locate(path, "function"))
        return handler

    def locate(self, path: str, kind: str) -> Any:  # noqa: ANN401 - whatever stands there
        """What ``path`` names, of whatever type it is; ``kind`` is what it should be.

        Raises:
            HandlerRefusedError: it does not exist, or cannot be imported.
        """
        if not _PATH.fullmatch(path):
            raise HandlerRefusedError(f'"{path}" is not "module:function"', _path_remedy(path))
        module_name, _, attribute = path.partition(":")
        call: Any = self._import(module_name)
        for part in attribute.split("."):
            if not hasattr(call, part):
                names = [name for name, value in vars(call).items() if _is_candidate(name, value)]
                message = f'module "{module_name}" has no {kind} "{attribute}"'
                raise HandlerRefusedError(
                    f"{message}{nearest(part, names)}",
                    f"Define it in {self._shown(module_name, call)}, or name another.",
                )
            call = getattr(call, part)
        return call

    def _import(self, name: str) -> ModuleType:
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names and top in _importable(self.folder):
            raise HandlerRefusedError(
                f'"{top}" is a module of Python itself', "Give your module another name."
            )
        try:
            with _lock, _importing_from(self.folder):
                return importlib.import_module(name)
        except (Exception, SystemExit) as error:  # user code runs here and may raise anything
            raise self._import_refused(name, error) from error

    def _import_refused(self, name: str, error: BaseException) -> HandlerRefusedError:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and f"{name}.".startswith(f"{missing}."):
            return HandlerRefusedError(
                f'there is no module "{name}"{nearest(name, _importable(self.folder))}',
                "Handlers are imported relative to the folder of this file.",
            )
        told = str(error).strip().splitlines() or [""]
        reason = f"{type(error).__name__}: {told[0]}" if told[0] else type(error).__name__
        return HandlerRefusedError(
            f'importing module "{name}" failed: {reason}',
            f'Mend the module; `python -c "import {name}"` in this folder shows where.',
        )

    def _shown(self, module_name: str, module: Any) -> str:  # noqa: ANN401 - a module or a class
        origin = getattr(module, "__file__", None)
        if origin is None:
            return module_name
        with contextlib.suppress(ValueError):
            return Path(origin).resolve().relative_to(self.folder.resolve()).as_posix()
        return str(origin)


def handler_of(path: str, call: Any) -> Handler:  # noqa: ANN401 - whatever a user gave
    """A handler that is called ``path``, once it is sure that it can be called as one.

    Raises:
        HandlerRefusedError: it cannot.
    """
    _check_call(path, call)
    return Handler(path=path, call=call, is_async=_is_async(call))


def _path_remedy(path: str) -> str:
    """What to write, guessing from the ways in which others name functions."""
    lambda_style = _LAMBDA_PATH.fullmatch(path)
    if lambda_style and ":" not in path:
        module = lambda_style[1].strip("./").replace("/", ".")
        return f'Write "{module}:{lambda_style[2]}".'
    return 'Write "package.module:function".'


def _is_candidate(name: str, value: object) -> bool:
    return callable(value) and not name.startswith("_")


def _is_async(call: Any) -> bool:  # noqa: ANN401 - any callable
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(
        getattr(call, "__call__", None)  # noqa: B004 - asks how it is called, not whether
    )


def _check_call(path: str, call: Any) -> None:  # noqa: ANN401 - whatever stands there
    """It must be callable as ``call(event, context)`` and give one result."""
    if not callable(call):
        raise HandlerRefusedError(
            f'"{path}" is of type {type(call).__name__} and cannot be called',
            "Name a function: def handler(event, context).",
        )
    if inspect.isgeneratorfunction(call) or inspect.isasyncgenfunction(call):
        raise HandlerRefusedError(
            f'"{path}" yields, so calling it runs nothing', "Return the result instead."
        )
    try:
        signature = inspect.signature(call)
    except (TypeError, ValueError):
        return  # built-ins may hide theirs; the call will tell
    try:
        signature.bind(None, None)
    except TypeError:
        raise HandlerRefusedError(
            f'"{path}" does not take two arguments: its signature is {signature}',
            "Handlers are called as handler(event, context).",
        ) from None


def _importable(folder: Path) -> dict[str, bool]:
    """The top-level module names that ``folder`` offers, and whether each is regular.

    ``False`` is for a folder without ``__init__``; such a folder (``graphql/`` with the schema in
    it, say) never wins over an installed package.
    """
    try:
        children = sorted(folder.iterdir())
    except OSError:
        return {}
    names: dict[str, bool] = {}
    for child in children:
        if not child.stem.isidentifier():
            continue
        if child.suffix == ".py":
            names[child.stem] = True
        elif not child.suffix and child.is_dir():
            names[child.stem] = names.get(child.stem, False) or (child / "__init__.py").is_file()
    return names


def _family(top: str) -> _Family:
    """A top-level module and its submodules, as far as they are loaded."""
    prefix = f"{top}."
    return {
        name: module
        for name, module in list(sys.modules.items())
        if name == top or name.startswith(prefix)
    }


def _home(family: _Family) -> str | None:
    """The folder that a family was imported from; ``None`` when no file says so."""
    for name, module in family.items():
        origin = getattr(module, "__file__", None)
        if origin:
            path = Path(origin).absolute()  # a link to a file is at home where the link is
            levels = name.count(".") + (path.name == "__init__.py")
            return str(path.parents[levels].resolve()) if levels < len(path.parents) else None
    return None


def _step_aside(top: str, home: str, *, regular: bool) -> dict[tuple[str, str], _Family]:
    """Take the modules of another folder out of ``sys.modules``, and put our own back."""
    present = sys.modules.get(top)
    if present is not None:
        family = _family(top)
        other_home = _home(family)
        installed = not regular and getattr(present, "__file__", None) is not None
        if installed or other_home in {None, home}:
            return {}
        for name in family:
            del sys.modules[name]
        sys.modules.update(_shelf.pop((top, home), {}))
        return {(top, str(other_home)): family}
    sys.modules.update(_shelf.pop((top, home), {}))
    return {}


@contextlib.contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Inside, ``import`` looks into ``folder`` first and finds no strangers of the same names."""
    entry = str(folder.resolve())
    displaced: dict[tuple[str, str], _Family] = {}
    for top, regular in _importable(folder).items():
        if top not in sys.stdlib_module_names:
            displaced.update(_step_aside(top, entry, regular=regular))
    sys.path.insert(0, entry)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(entry)
        for (top, other_home), family in displaced.items():
            if top in sys.modules:
                _shelf[top, other_home] = family
            else:
                sys.modules.update(family)
