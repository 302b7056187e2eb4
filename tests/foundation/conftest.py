"""Fixtures of tests of what stands below everything else."""

import os
import socket

import psycopg
import pytest
from django.db import connection

from tests.servers import database_url


@pytest.fixture
def broken(transactional_db):
    """What a crash of the server leaves of this connection: a word that says nothing of what is
    asked next, and an end to which nothing can be sent. libpq takes it for good even then."""
    with connection.cursor() as cursor:
        cursor.execute("LISTEN crash")
    with psycopg.connect(database_url(), autocommit=True) as other:
        other.execute("NOTIFY crash")
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as link:
        link.shutdown(socket.SHUT_WR)
    yield
    connection.close()
