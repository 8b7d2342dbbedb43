"""One module for each assignment; `QUESTIONS` holds its questions in order."""
