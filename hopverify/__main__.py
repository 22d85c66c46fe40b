"""``python -m hopverify`` is the command ``hopverify``."""

from hopverify.cli import main

if __name__ == "__main__":
    main()
