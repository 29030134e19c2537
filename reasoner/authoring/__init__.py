"""The tools of guideline authors: check, format, compare, impact, coverage, scaffolds."""
