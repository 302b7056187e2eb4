"""Sift's API beside the same API as others would have written it (bench/README.md)."""
