"""Who is told of which lead, and when: read from the change feed by the worker (docs/alerts.md)."""
