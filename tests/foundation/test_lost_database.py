"""A database that went away is told from other faults."""

import pytest
from django.db import Error, connection

from foundation.database.lost_database import hindrance


def fault_of(sql: str) -> Error:
    with pytest.raises(Error) as raised, connection.cursor() as cursor:
        cursor.execute(sql)
    return raised.value


def test_a_connection_that_broke_without_a_word_is_a_database_that_cannot_be_reached(broken):
    assert hindrance(fault_of("SELECT 1")) == "the database cannot be reached"


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_is_none_is_no_hindrance():
    assert hindrance(fault_of("SELECT nothing")) is None
