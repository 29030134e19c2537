"""The determination of a request, read from a derivation, as data and RDF."""
