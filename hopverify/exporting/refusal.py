"""What an exported file cannot state or prove."""

from hopverify.errors import HopverifyError


class NotExported(HopverifyError):
    """A claim that no theorem of ``proofs/`` covers, or a part of a core that has no statement there."""
