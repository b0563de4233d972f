"""A language model as a second reader of rules: it may object, never agree on its own."""
