"""The command line's HTTP client."""

from __future__ import annotations

import socket

import pytest
from http_stand_in import standing_in

from appsync_emu.cli.control import Control
from appsync_emu.errors import UsageError


def refused(url: str, *call: str) -> str:
    with pytest.raises(UsageError) as info:
        Control(url).call(*(call or ("GET", "deadletters")))
    return str(info.value)


def test_answers():
    answers = {
        "GET /_appsync_emu/deadletters": (200, b'{"deadLetters": []}'),
        "DELETE /_appsync_emu/deadletters/a%2Fb": (200, b"{}"),
    }
    with standing_in(answers) as server:
        control = Control(server.url)
        assert control.call("GET", "deadletters") == {"deadLetters": []}
        assert control.call("DELETE", "deadletters", "a/b") == {}


@pytest.mark.parametrize("shape", ["{}/graphql", "{}/", "{}"])
def test_the_path_of_the_address_does_not_matter(shape):
    with standing_in({"GET /_appsync_emu/deadletters": (200, b"{}")}) as server:
        assert Control(shape.format(server.url)).call("GET", "deadletters") == {}
        bare = server.url.removeprefix("http://")
        assert Control(shape.format(bare)).call("GET", "deadletters") == {}


def test_a_proxy_of_the_environment_is_passed_by(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with standing_in({"GET /_appsync_emu/deadletters": (200, b"{}")}) as server:
        assert Control(server.url).call("GET", "deadletters") == {}


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "https://127.0.0.1", "file:///etc", "", "http://", "http://a:b"]
)
def test_what_is_no_address(url):
    assert refused(url).startswith(f'"{url}" is not the address of a server')


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}") == (
        f"no server answers at http://127.0.0.1:{port}: Connection refused\n"
        "    Start one with `appsync-emu serve`, or say where it is: --url."
    )


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("status", [200, 500])
def test_somebody_else_there(status, body):
    with standing_in({"GET /_appsync_emu/deadletters": (status, body)}) as server:
        assert "is not appsync-emu" in refused(server.url)


def test_errors_of_the_server_are_told():
    answers = {"GET /_appsync_emu/deadletters/x": (404, b'{"error": "no such letter"}')}
    with standing_in(answers) as server:
        assert refused(server.url, "GET", "deadletters", "x") == "no such letter"


def test_a_connection_that_breaks():
    """What answers speaks another protocol."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        import threading  # noqa: PLC0415 - for this test alone

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 mail\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        told = refused(f"http://127.0.0.1:{port}")
        thread.join()
    assert told.startswith("no server answers at")
