"""Determinations that hold up: proofs, why and why not, and replay."""
