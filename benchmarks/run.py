"""Measures everything in one run and prints the table; see README.md.

python benchmarks/run.py [--rounds 3] [--seconds 2] [--peer FOLDER] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from load import documents, http, realtime
from load.process import Server, resident_kb
from rows import table

from appsync_emu import load as load_api

HERE = Path(__file__).resolve().parent
API = HERE / "api"
EXAMPLE = HERE.parent / "examples" / "orders"
README = HERE / "README.md"
RESULTS = HERE / "results.json"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
PEER_VERSION = "2.16.20"
SUBSCRIBERS = 1000
STARTS = 3
OPEN_FILES = 8192
PROGRAMS = {
    "inprocess.py": ("completed", "failing"),
    "scenarios.py": ("armed", "seeds", "shrinking", "files"),
}
"""Measurements without a server, and the groups of figures that each makes."""

Figures = dict[str, float]


class Contestants:
    """The servers that are compared, each started anew for each round.

    Args:
        peer_root: the folder with the peer's ``node_modules``; ``None`` leaves the peer out.
    """

    def __init__(self, peer_root: Path | None) -> None:
        self._peer_root = peer_root
        self._example_key = load_api(EXAMPLE).api_keys[0].value if EXAMPLE.exists() else None
        self.names = ["ours", "floor"] if peer_root is None else ["ours", "peer", "floor"]

    def start(self, name: str, api: Path = API, key: str = documents.API_KEY) -> Server:
        """Start one; it has answered when this returns."""
        if name == "ours":
            command = [sys.executable, "-m", "appsync_emu", "serve", str(api), "--port", "{port}"]
            return Server(command, {}, key)
        if name == "floor":
            return Server([sys.executable, str(HERE / "floors.py"), "{port}"], {})
        command = ["node", str(HERE / "peer" / "server.cjs")]
        return Server(command, {"PEER_ROOT": str(self._peer_root)})

    def start_ms(self, name: str) -> float:
        """Milliseconds from start to first answer; ours serves the example."""
        if name == "ours" and self._example_key is not None:
            server = self.start(name, EXAMPLE, self._example_key)
        else:
            server = self.start(name)
        server.stop()
        return server.start_ms


def measure_start(contestants: Contestants) -> Figures:
    """Start everybody several times, in turn."""
    seen: dict[str, list[float]] = {name: [] for name in contestants.names}
    for number in range(STARTS + 1):
        for name in contestants.names:
            start_ms = contestants.start_ms(name)
            if number:  # the first one compiles
                seen[name].append(start_ms)
    return {f"{name}.start_ms": statistics.median(values) for name, values in seen.items()}


def measure_memory(name: str, server: Server) -> Figures:
    """Resident memory after start, and what a thousand subscribers add."""
    time.sleep(0.5)
    first_kb = resident_kb(server.pid)
    for body in documents.cases()["hello"].bodies:
        server.target.ask(body)
    warm_kb = resident_kb(server.pid)
    full_kb = realtime.memory_kb(server, SUBSCRIBERS)
    return {
        f"{name}.memory_mb": first_kb / 1024,
        f"{name}.memory_1000_mb": full_kb / 1024,
        f"{name}.added_kb": (full_kb - warm_kb) / SUBSCRIBERS,
    }


def measure_servers(contestants: Contestants, seconds: int, turn: int) -> Figures:
    """Memory, then every kind of load, everybody in turn for each kind."""
    seen: Figures = {}
    servers: dict[str, Server] = {}
    names = contestants.names[turn:] + contestants.names[:turn]
    try:
        for name in names:
            server = servers[name] = contestants.start(name)
            http.check(server.target)
            seen |= measure_memory(name, server)
        for case_name, case in documents.cases().items():
            for name in ["ours"] if case_name == "command" else names:
                http.stage(servers[name], case, 1)  # warms caches and compilers
                result = http.stage(servers[name], case, seconds)
                seen[f"{name}.{case_name}.per_s"] = result.per_s
                seen[f"{name}.{case_name}.cpu_us"] = result.cpu_us
                seen[f"{name}.{case_name}.p99_us"] = result.p99_us
        for name in names:
            fan = realtime.stage(servers[name], SUBSCRIBERS, seconds)
            seen[f"{name}.fan.per_s"] = fan.per_s
            seen[f"{name}.fan.cpu_us"] = fan.cpu_us
    finally:
        for server in servers.values():
            server.stop()
    seen["ours.subscription_kb"] = seen["ours.added_kb"] - seen["floor.added_kb"]
    return seen


def measure_program(program: str, *arguments: str) -> Any:  # noqa: ANN401 - the JSON that it prints
    """Run a measurement that has a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE / program), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{program}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def measure_round(contestants: Contestants, seconds: int, number: int) -> Figures:
    """All figures once."""
    seen: Figures = {"load_before": os.getloadavg()[0]}
    seen |= measure_start(contestants)
    seen |= measure_servers(contestants, seconds, number % len(contestants.names))
    for program, rows in PROGRAMS.items():
        for row in rows:
            figures = measure_program(program, row)
            seen |= {f"{row}.{name}": value for name, value in figures.items()}
    plugin = measure_program("plugin.py")
    seen["plugin.fixtures_ms"] = plugin["fixtures_ms"]
    seen["plugin.heavy_modules"] = len(plugin["heavy_modules"])
    seen["load_after"] = os.getloadavg()[0]
    return seen


def find_peer(folder: Path) -> Path | None:
    """The folder with the installed peer; it is installed when it is not there yet."""
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        print(f"{' and '.join(missing)} not found: the rows of the peer are skipped")
        return None
    if not (folder / "node_modules").exists():
        print(f"installing the peer in {folder}")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "peer" / "package.json", folder)
        subprocess.run(
            ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return folder


def facts() -> dict[str, str]:
    """The machine and the versions."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    node = ""
    if shutil.which("node"):
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
        node = node.stdout.strip()
    return {
        "machine": f"{os.cpu_count()} x {models[0] if models else platform.machine()}",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "aiohttp": version("aiohttp"),
        "graphql-core": version("graphql-core"),
        "node": node,
        "peer": PEER_VERSION,
    }


def summary(rounds: list[Figures]) -> str:
    """The table, and what it was measured on."""
    told = facts()
    loads = [seen[name] for seen in rounds for name in ("load_before", "load_after")]
    about = (
        f"{time.strftime('%Y-%m-%d')}, medians of {len(rounds)} rounds. {told['machine']},"
        f" {told['system']}, load average {min(loads):.1f} to {max(loads):.1f}."
        f" Python {told['python']}, aiohttp {told['aiohttp']}, graphql-core"
        f" {told['graphql-core']}; Node {told['node'] or 'missing'}, peer {told['peer']}."
    )
    return f"{about}\n\n{table(rounds)}"


def write(text: str, rounds: list[Figures]) -> None:
    """Put the table into README.md, and all figures beside it."""
    readme = README.read_text("utf-8")
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")
    RESULTS.write_text(json.dumps({"facts": facts(), "rounds": rounds}, indent=1) + "\n", "utf-8")


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of load for each figure")
    parser.add_argument(
        "--peer",
        type=Path,
        default=Path(tempfile.gettempdir()) / f"appsync-emu-peer-{PEER_VERSION}",
        help="where the peer is installed, or is to be",
    )
    parser.add_argument("--write", action="store_true", help="update README.md and results.json")
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk not found; it is a package of most Linux distributions")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, OPEN_FILES), most))
    contestants = Contestants(find_peer(given.peer))
    rounds = []
    for number in range(given.rounds):
        print(f"round {number + 1} of {given.rounds}, load average {os.getloadavg()[0]:.1f}")
        rounds.append(measure_round(contestants, given.seconds, number))
    text = summary(rounds)
    print(text)
    if given.write:
        write(text, rounds)


if __name__ == "__main__":
    main()
