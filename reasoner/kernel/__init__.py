"""The kernel: rules as syntax trees, their order, and an engine over facts; it knows no domain."""
