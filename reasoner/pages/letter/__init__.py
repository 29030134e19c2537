"""The determination letter, composed from a determination or a signed decision."""
