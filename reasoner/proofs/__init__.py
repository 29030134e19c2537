"""Proofs of a determination, and the answers to why and why not."""
