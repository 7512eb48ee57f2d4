"""The pages that listeners see, made of values: for a server and for a site of plain files alike.

``material`` reads an episode's folder, ``views`` says what is to be seen of it, ``render`` makes HTML of that with
the templates. Where something is found, ``links.Links`` tells: nothing here knows whether a server answers.
``static/`` holds the style sheet and the scripts (ES modules, no build step).
"""
