"""Wald's sequential probability ratio test: is a cell's failure rate the tolerated one, or the alarming one?"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

Answer = Literal["tolerated", "alarming", "go on"]


class Course(NamedTuple):
    """What an SPRT does at a true rate: the chance of each answer within the seeds, and the mean seeds used."""

    alarming: float
    tolerated: float
    mean_seeds: float


def sprt(
    failed: int, n: int, *, tolerated: float, alarming: float, alpha: float = 0.05, beta: float = 0.1
) -> Answer:
    """What n runs with `failed` failures allow to say; ask after every run, and stop when answered.

        log L = failed log(p1/p0) + (n - failed) log((1 - p1)/(1 - p0)),  p0 tolerated, p1 alarming
        alarming: log L >= log((1 - beta)/alpha);  tolerated: log L <= log(beta/(1 - alpha))

    Wrong alarms at p0 have a chance of about alpha, misses at p1 of about beta. Wald 1945,
    doi:10.1214/aoms/1177731118. Raises ValueError unless 0 < tolerated < alarming < 1.
    """
    if not 0 < tolerated < alarming < 1:
        raise ValueError(f"rates are {tolerated} and {alarming}, expected 0 < tolerated < alarming < 1")
    ratio = failed * math.log(alarming / tolerated) + (n - failed) * math.log(
        (1 - alarming) / (1 - tolerated)
    )
    if ratio >= math.log((1 - beta) / alpha):
        return "alarming"
    return "tolerated" if ratio <= math.log(beta / (1 - alpha)) else "go on"


def sprt_course(
    rate: float,
    *,
    tolerated: float,
    alarming: float,
    alpha: float = 0.05,
    beta: float = 0.1,
    seeds: int = 500,
) -> Course:
    """What the test does at a true failure rate, within so many seeds; exact, by going through all counts."""
    going = np.array([1.0])  # the chance to go on, by failures so far
    answers = {"tolerated": 0.0, "alarming": 0.0, "go on": 0.0}
    used = 0.0
    for n in range(1, seeds + 1):
        used += float(going.sum())
        going = np.append(going * (1 - rate), 0.0) + np.append(0.0, going * rate)
        for failed in np.flatnonzero(going):
            said = sprt(int(failed), n, tolerated=tolerated, alarming=alarming, alpha=alpha, beta=beta)
            if said != "go on":
                answers[said] += float(going[failed])
                going[failed] = 0.0
    return Course(answers["alarming"], answers["tolerated"], used)
