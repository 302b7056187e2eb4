"""Metrics that are on, and counted from nothing."""

import pytest

from foundation import metrics

TOKEN = "a-token-of-the-tests-0123456789"


@pytest.fixture
def watched(settings):
    """Within, this process counts; returns how to fetch what it counted."""
    settings.SIFT_METRICS_TOKEN = TOKEN
    metrics.counts.cache_clear()
    yield TOKEN
    metrics.counts.cache_clear()
