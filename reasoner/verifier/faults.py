"""What the checker raises when it cannot read what it was given."""


class Unreadable(Exception):
    """A proof, a case or a knowledge file that is not of the form that it has to be."""
