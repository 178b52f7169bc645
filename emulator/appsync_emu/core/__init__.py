"""Pure rules: standard library only; no waiting, clock, chance, sockets or files."""
