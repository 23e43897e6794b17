"""The list of generated pages: add yours here."""

from __future__ import annotations

from scripts.docs.make_targets import render_make_targets
from scripts.docs.page import Page

PAGES = (Page("make.md", render_make_targets),)
