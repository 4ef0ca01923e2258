"""Backups: sealed streams of every table, what they must amount to, and the way back."""
