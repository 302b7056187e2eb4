"""How long the server's statements, waits for locks and pauses in a transaction may take.

They are the server's alone: a migration or an import takes the time it needs.
"""

from django.db import connection, connections

# Milliseconds. Pages and the API ask in milliseconds (docs/scale.md); bulk changes go in batches.
SERVER = {
    "statement_timeout": 30_000,
    "lock_timeout": 10_000,
    "idle_in_transaction_session_timeout": 30_000,
}
# Seconds, and milliseconds of the last: what a host that vanished without a word had begun is then
# undone, and holds its locks no longer. The settings have the same for a PostgreSQL that vanishes.
UNTIL_GONE = {
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 6_000,
}
EXPORT = 120_000  # for a statement of one; it holds up nobody (foundation/lists/csv_files.py)


def hold_server_to_them() -> None:
    """Have each connection that this process will open begin with them, at no statement's cost."""
    said = " ".join(f"-c {name}={limit}" for name, limit in (SERVER | UNTIL_GONE).items())
    for alias in connections:
        options = connections.settings[alias]["OPTIONS"]
        options["options"] = f"{options.get('options', '')} {said}".strip()


def give_export_its_own() -> None:
    """In the transaction that is open: longer statements, and pauses while a replica is read,
    until its end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true),"
            " set_config('idle_in_transaction_session_timeout', %s, true)",
            [str(EXPORT), str(EXPORT)],
        )
