"""The same endpoints on the same tables, once for each way of writing them."""
