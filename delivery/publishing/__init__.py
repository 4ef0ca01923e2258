"""What the platform shows of itself to other mail servers, and how well it can check theirs."""
