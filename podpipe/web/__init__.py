"""``podpipe serve``: the library as a web app. ``app`` puts it together, ``server`` runs it."""
