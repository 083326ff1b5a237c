"""The environments that the results of a folder come from, named by what differs between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from ganbench.environment import UNKNOWN, facts


def differences(records: Mapping[str, Any], present: Collection[str]) -> dict[str, dict[str, str]]:
    """For each fingerprint in `present`, in the order of `records`, the facts in which these are not all equal.

    `records` is `provenance` of environment.json: records by fingerprint, in the order in which they first
    wrote. Of a fingerprint that it does not hold nothing is known.
    """
    ordered = [*(name for name in records if name in present), *sorted(set(present) - set(records))]
    known = {name: facts(_record(records.get(name))) for name in ordered}
    differing = [fact for fact in facts({}) if len({of[fact] for of in known.values()} - {UNKNOWN}) > 1]
    return {name: {fact: of[fact] for fact in differing} for name, of in known.items()}


def names(differing: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Such as `torch 2.15.0`, by fingerprint; the fingerprint is in it where facts do not tell two apart."""
    named = {key: ", ".join(f"{fact} {value}" for fact, value in of.items()) for key, of in differing.items()}
    counts = Counter(named.values())
    return {
        key: name if counts[name] == 1 and name else f"{name} environment {key}".strip()
        for key, name in named.items()
    }


def _record(found: Any) -> Mapping[str, Any]:
    """A record, or none where it is not as it was written."""
    whole = isinstance(found, Mapping) and isinstance(found.get("versions"), Mapping)
    return found if whole else {}
