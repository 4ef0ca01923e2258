"""Receiving mail servers for trying Sealpost out: several domains, each with its own posture."""
