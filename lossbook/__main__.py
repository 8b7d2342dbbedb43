"""`python -m lossbook` is the command `lossbook`."""

import sys

from lossbook.grading.command import main

if __name__ == "__main__":
    sys.exit(main())
