"""The knowledge base: finding, loading, classifying and querying it."""
