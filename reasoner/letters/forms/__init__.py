"""The forms of letters: the header, the parts, and where each disputed item begins."""
