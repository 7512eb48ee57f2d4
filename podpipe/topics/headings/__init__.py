"""Topics that are said as headings, or taken up after long pauses."""
