"""The first page: who waits, and how things went. All it counts was counted when it happened."""
