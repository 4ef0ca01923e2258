"""What runs Sealpost on one machine: set-up, test run, demo. None of it runs in production."""
