"""The harness whose emulator listens on a port."""

from __future__ import annotations

from typing import Any

from appsync_emu.server.app import start
from appsync_emu.testing.harness import Harness
from pytest_appsync.mistakes import Mistakes

__all__ = ["ServerHarness"]


class ServerHarness(Harness):
    """The fixture ``appsync_server``: an emulator on a free port of this machine.

    It runs in a thread; the methods of ``Harness`` work from the test.
    Time stands still for clients until the test moves it.

    Attributes:
        url: the GraphQL endpoint.
        ws_url: the real-time endpoint.
        api_key: a key that opens both; empty when the API has none.
        mistakes: what clients did that the protocol does not allow.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - handed through
        super().__init__(*args, **options)
        self.mistakes = Mistakes(self.emulator, self.start_ns)
        self._portal.start_thread()
        self._server = self._run(start(self.emulator, grace_s=0.1))
        self.url = self._server.url
        self.ws_url = self._server.ws_url
        keys = self.emulator.api.api_keys
        self.api_key = keys[0].value if keys else ""

    def env(self) -> dict[str, str]:
        """Variables for the environment of a subprocess that is to find the emulator."""
        return {
            "APPSYNC_URL": self.url,
            "APPSYNC_REALTIME_URL": self.ws_url,
            "APPSYNC_API_KEY": self.api_key,
        }

    async def _stopped(self) -> None:
        await self._server.close()
        await super()._stopped()
