"""Where alerts go: a Telegram chat, or a command of the operator."""
