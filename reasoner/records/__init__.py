"""Recorded determinations: documents, their hashes, signing and replay."""
