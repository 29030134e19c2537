"""Pages of the knowledge base: one for each term, concept, guideline, provision and rule."""
