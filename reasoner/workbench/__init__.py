"""The tools of guideline authors: check, try, compare and describe the knowledge base."""
