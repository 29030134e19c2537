"""From the bytes of a case to checked facts: reading, naming, canonical form, intake."""
