"""Which API the tests and the scenario files of this folder are about."""

from pathlib import Path

import pytest
from shop.handlers import empty_tables, registry


def pytest_appsync_api(config):
    return registry.api(Path(__file__).with_name("schema.graphql"))


@pytest.fixture(autouse=True)
def tables():
    empty_tables()
