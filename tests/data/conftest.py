"""Data sets by name and options, as a suite builds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ganbench import registry


@pytest.fixture(scope="session")
def build() -> Callable[..., Any]:
    def by_name(name: str, **options: Any) -> Any:
        entry = registry.entry("dataset", name)
        return entry.load()(entry.options(name=name, **options))

    return by_name
