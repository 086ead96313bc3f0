"""What stands around every page."""

MENU = "Menu"
PAGES = "Pages"
