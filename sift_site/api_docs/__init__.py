"""The API reference, a page made from the OpenAPI document."""
