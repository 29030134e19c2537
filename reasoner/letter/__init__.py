"""The letter: a determination in the form's own sections, and a physician's decision on it."""
