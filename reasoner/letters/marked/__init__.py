"""The text of a letter, marked once: sentences, mentions, and the cues that modify them."""
