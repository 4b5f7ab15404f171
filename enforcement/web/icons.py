"""Icons as inline SVG: drawn with the colour of the text beside them, and never without that text."""

from markupsafe import Markup

_PATHS = {
    "inbox": "M4 13h4l2 3h4l2-3h4M4 13l3-8h10l3 8v6H4z",
    "folder": "M3 6h6l2 2h10v11H3z",
    "clipboard": "M9 4h6v3H9zM9 5H6v15h12V5h-3M9 12l2 2 4-4",
    "video": "M3 7h12v10H3zM15 11l6-3v8l-6-3",
    "scale": "M12 4v16M7 20h10M5 8h14M5 8l-2.500 6h5zM19 8l-2.500 6h5z",
    "megaphone": "M4 10v4h3l8 4V6L7 10zM18 9a4 4 0 0 1 0 6",
    "archive": "M3 5h18v4H3zM5 9v10h14V9M10 13h4",
    "building": "M4 20V6l8-3 8 3v14M4 20h16M9 9h0M15 9h0M9 13h0M15 13h0M10 20v-4h4v4",
    "search": "M10 4a6 6 0 1 1 0 12a6 6 0 0 1 0-12M15 15l5 5",
    "bell": "M6 17V11a6 6 0 0 1 12 0v6l2 1H4zM10 20h4",
    "check": "M5 12l5 5L19 7",
    "alert": "M12 4l9 16H3zM12 10v4M12 17h0",
    "clock": "M12 4a8 8 0 1 1 0 16a8 8 0 0 1 0-16M12 8v5l3 2",
    "pause": "M8 5v14M16 5v14",
    "dot": "M12 8a4 4 0 1 1 0 8a4 4 0 0 1 0-8",
    "circle": "M12 5a7 7 0 1 1 0 14a7 7 0 0 1 0-14",
    "plus": "M12 5v14M5 12h14",
    "trash": "M5 7h14M9 7V5h6v2M7 7l1 13h8l1-13",
    "more": "M5 12h0M12 12h0M19 12h0",
    "user": "M12 4a4 4 0 1 1 0 8a4 4 0 0 1 0-8M5 20a7 7 0 0 1 14 0",
    "lock": "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
    "link": "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
    "print": "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
    "out": "M14 8V5H5v14h9v-3M10 12h11M18 9l3 3-3 3",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4M9 13h6M9 17h6",
    "copy": "M9 9h11v11H9zM5 15H4V4h11v1",
    "upload": "M12 16V5M7 9l5-5 5 5M5 20h14",
    "info": "M12 4a8 8 0 1 1 0 16a8 8 0 0 1 0-16M12 11v5M12 8h0",
}


def icon(name: str) -> Markup:
    """One icon; decoration to whoever cannot see it, because the words stand beside it."""
    return Markup(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>'
    ).format(_PATHS[name])
