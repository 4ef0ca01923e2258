"""From leased messages to drafts: who writes, to whom, which way, and how the text is made."""
