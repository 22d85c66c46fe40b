"""The gallery: a page for each of many specs, and an index with a card for each page. Nothing is decided here.

:mod:`.cards` says what a card shows, :mod:`.index` sets the cards, :mod:`.thumbnails` draws small, and :mod:`.manifest`
keeps what the specs gave, so that a gallery can be compared with what they give now.
"""
