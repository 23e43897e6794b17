"""Write the generated pages, or with `--check` say which are not fresh."""

from __future__ import annotations

import argparse
import sys

from config.errors import UserError, report_user_errors
from scripts.docs.page import Page
from scripts.docs.pages import PAGES


def write(page: Page) -> None:
    """Write a page that is not fresh."""
    if not page.is_fresh():
        page.path.parent.mkdir(parents=True, exist_ok=True)
        page.path.write_text(page.content)
        print(f"wrote {page.shown}")


@report_user_errors
def main() -> int:
    """Write or check all pages."""
    parser = argparse.ArgumentParser(prog="python -m scripts.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a page is not fresh")
    if not parser.parse_args().check:
        for page in PAGES:
            write(page)
        return 0
    if stale := [page.shown for page in PAGES if not page.is_fresh()]:
        raise UserError(f"not fresh: {', '.join(stale)}; run: make docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
