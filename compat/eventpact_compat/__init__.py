"""Guards: pairs of schema versions become findings."""
