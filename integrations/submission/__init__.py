"""Programs that send by SMTP: an API key is the password."""
