"""Reports: what a run came to, for people and for programs.

Every one is a pure function of a :class:`~appsync_emu.scenario.outcome.Report`: ``text`` for the
terminal, ``jsonreport`` for programs, ``junit`` for CI servers, ``htmlreport`` for browsers.
"""

from __future__ import annotations
