"""The aiohttp edge: HTTP, WebSocket, control plane."""
