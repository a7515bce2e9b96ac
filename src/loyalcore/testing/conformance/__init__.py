"""What every compiler of the query language must answer, as test classes: an implementer subclasses with one fixture.

    class TestMyQueries(QueryConformance):
        @pytest.fixture
        def backend(self):
            return MyBackEnd(...)

A back end keeps the rows of a noun (`keep`), and answers listings of them (`page`, `count`). It is judged by the
evaluation in memory: the same rows in the same order, and the same number. How many queries are drawn depends on the
profile of Hypothesis: ten times its examples.
"""

from loyalcore.testing.conformance._conformance import BackEnd, Conformance
from loyalcore.testing.conformance._rows import INJECTIONS, ROWS, VALUES
from loyalcore.testing.conformance._sample import AT, SAMPLES, ZONE, Sample, SampleFields, within
from loyalcore.testing.conformance.filters import FilterConformance
from loyalcore.testing.conformance.pages import PageConformance
from loyalcore.testing.conformance.values import RESERVED, Reserved, ValueConformance


class QueryConformance(FilterConformance, PageConformance, ValueConformance):
    """Everything that is asked of a compiler."""


__all__ = [
    "AT",
    "INJECTIONS",
    "RESERVED",
    "ROWS",
    "SAMPLES",
    "VALUES",
    "ZONE",
    "BackEnd",
    "Conformance",
    "FilterConformance",
    "PageConformance",
    "QueryConformance",
    "Reserved",
    "Sample",
    "SampleFields",
    "ValueConformance",
    "within",
]


def __dir__() -> list[str]:
    return __all__
