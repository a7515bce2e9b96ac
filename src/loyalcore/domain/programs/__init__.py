"""Programs: all rules of one loyalty program as one value, its document, and the host's functions by name."""

from loyalcore.domain.programs._check import check_cart
from loyalcore.domain.programs._file import read_file
from loyalcore.domain.programs._model import Program
from loyalcore.domain.programs._registry import Registry
from loyalcore.domain.programs._versions import by_id

__all__ = ["Program", "Registry", "by_id", "check_cart", "read_file"]


def __dir__() -> list[str]:
    return __all__
