"""Reading of determination letters: text to a `Letter` whose every fact points at its words."""
