"""From the text of a determination letter to facts, each with its passage."""
