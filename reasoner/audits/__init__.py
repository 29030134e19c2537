"""A letter compared with the determination of the same facts; stores of many letters."""
