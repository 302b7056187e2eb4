"""The tests' settings in a server that gives slow clients no more time than a test has."""

from sift_site.serving import worker
from tests.settings import *  # noqa: F403

worker.LONGEST_ARRIVAL = 1.0  # seconds; test_slow_clients.py knows it as HURRIED
