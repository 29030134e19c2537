"""Faults seeded into rules, shapes and knowledge, to see which checks notice them."""
