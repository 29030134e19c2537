"""Many letters: a store that analysts query, and a report."""
