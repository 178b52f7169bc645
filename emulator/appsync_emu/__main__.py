"""``python -m appsync_emu`` is ``appsync-emu``."""

from __future__ import annotations

from appsync_emu.cli import main

if __name__ == "__main__":
    main(prog_name="appsync-emu")
