"""What the application does with stores and analyses, one topic per module."""
