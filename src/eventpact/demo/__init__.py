"""The main job on real files: a user of the machinery, so it may import the first contract's classes."""
