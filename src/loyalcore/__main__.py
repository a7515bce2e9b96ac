"""`python -m loyalcore`: the command line."""

import sys

from loyalcore.cli import main

if __name__ == "__main__":
    sys.exit(main())
