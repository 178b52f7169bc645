"""Tests of an API in virtual time, without pytest: harness, faults, timelines, verdicts."""
