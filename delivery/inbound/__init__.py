"""What comes back: bounces, complaints, replies and reports, taken over SMTP and read afterwards."""
