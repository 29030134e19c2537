"""The determination of a request: what a derivation says, as data, text and RDF."""
