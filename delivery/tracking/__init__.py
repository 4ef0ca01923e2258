"""Openings and clicks: counted where the law and the person let us, answered before Django wakes up."""
