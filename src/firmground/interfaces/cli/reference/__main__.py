"""Write the reference pages to the folder named on the command line, docs/reference if none is."""

import sys
from pathlib import Path

from firmground.interfaces.cli.reference import write_pages

write_pages(Path(*sys.argv[1:2] or ["docs/reference"]))
