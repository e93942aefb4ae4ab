"""`python -m service` is the command `attune`."""

from service.cli import main

main()
