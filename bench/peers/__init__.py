"""The programs that leadline is measured against, and how each is run."""
