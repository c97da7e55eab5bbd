"""Builds: a schema tree becomes the text of typed, immutable event classes."""
