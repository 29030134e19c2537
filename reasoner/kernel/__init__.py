"""The rule engine: rule texts, facts and derivations. It knows RDF and SPARQL, and no domain."""
