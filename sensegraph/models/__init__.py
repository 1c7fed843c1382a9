"""Models: where their files come from, and what runs on them; nothing heavy is imported until it is used."""
