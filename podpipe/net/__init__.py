"""HTTP for pages, feeds and audio: the one package that borders on httpx2 and httpcore2.

==================  ==================================================================================
``client.py``       ``Client``: one run's requests, redirects, credentials; pages and feeds
``download.py``     files: resumed, verified, whole or absent
``address.py``      who may be asked
``transport.py``    connections to addresses that were judged, and an end to those that stall
``patience.py``     trying again, Retry-After, how many at a time at one host
``coding.py``       gzip without bombs
==================  ==================================================================================
"""

from podpipe.addresses import mask
from podpipe.net.address import bare
from podpipe.net.client import Client, Page
from podpipe.net.download import Download

__all__ = ["Client", "Download", "Page", "bare", "mask"]
