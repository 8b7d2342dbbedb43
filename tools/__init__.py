"""What turns the sources into notebooks, pages and verdicts. Each module does one thing."""
