"""What waits for a person of the staff: answers of patients, and messages that reached nobody."""
