from hypothesis import given
from hypothesis import strategies as st

from knowledge.spread.counters import digest
from knowledge.spread.sampling import MOST, Sample, union

DIGESTS = st.lists(st.integers(0, 5_000).map(lambda n: digest(str(n))), max_size=60)
MANY = [digest(f"account/{n}") for n in range(10 * MOST)]


def sample(digests: list[int]) -> Sample[int]:
    made: Sample[int] = Sample()
    for one in digests:
        made.add(one, one)
    return made


@given(DIGESTS, DIGESTS, DIGESTS, st.integers(0, len(MANY)))
def test_unions_of_samples_come_out_the_same_in_any_order_and_grouping(
    one: list[int], two: list[int], three: list[int], cut: int
) -> None:
    large, small = sample([*one, *MANY[:cut]]), sample([*two, *MANY[cut:]])
    rest = sample(three)
    left = union([union([large, small]), rest])
    assert left == union([rest, union([small, large])]) == sample([*MANY, *one, *two, *three])


def test_a_sample_stays_small_and_tells_how_many_there_were() -> None:
    found = sample(MANY)
    assert len(found.kept) <= MOST
    assert abs(found.many - len(MANY)) < 0.1 * len(MANY)


def test_a_small_sample_is_exact() -> None:
    assert sample([*MANY[:100], *MANY[:100]]).many == 100
