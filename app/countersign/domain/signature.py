"""What 21 CFR 11.50 wants of a signature."""

from countersign.domain.base import Frozen
from countersign.domain.time import Moment


class Signature(Frozen):
    """What 21 CFR 11.50 wants of a signature: printed name, time and meaning."""

    name: str
    at: Moment
    meaning: str
