import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.refusals import LegalHold, MasterKeyInvalid, SealBroken
from knowledge.sealing import KeyStore
from knowledge.seals import Plain, Sealed
from ontology.identity import ThingId

ANN = ThingId("customer/ann")
BOB = ThingId("customer/bob")


@pytest.fixture
def again(keys: KeyStore, tmp_path: Path) -> Iterator[KeyStore]:
    """The same key store, opened by another process as it were."""
    assert keys
    with closing(KeyStore.open(tmp_path / "keys")) as store:
        yield store


def sealed(keys: KeyStore, value: bytes = b"secret", subject: ThingId = ANN) -> Sealed:
    [ciphertext] = keys.seal([Plain(subject=subject, place="event/1 name", value=value)])
    return Sealed(subject=subject, place="event/1 name", value=ciphertext)


@given(value=st.binary(max_size=200).filter(lambda v: not v.endswith(b" ")))
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_what_is_sealed_opens_to_what_it_was(keys: KeyStore, value: bytes) -> None:
    [plain] = keys.unseal([sealed(keys, value)])
    assert plain is not None
    assert plain.rstrip(b" ") == value


def test_the_length_of_a_seal_tells_little_of_the_value(keys: KeyStore) -> None:
    assert len(sealed(keys, b"true").value) == len(sealed(keys, b"false").value)


def test_two_seals_of_one_value_differ(keys: KeyStore) -> None:
    assert sealed(keys).value != sealed(keys).value


def test_another_process_opens_the_same_seals(keys: KeyStore, again: KeyStore) -> None:
    [plain] = again.unseal([sealed(keys)])
    assert plain is not None


def test_a_moved_or_altered_seal_is_broken(keys: KeyStore) -> None:
    good = sealed(keys)
    altered = good.value[:-1] + bytes([good.value[-1] ^ 1])
    for bad in (
        Sealed(subject=ANN, place="event/2 name", value=good.value),
        Sealed(subject=BOB, place=good.place, value=good.value),
        Sealed(subject=ANN, place=good.place, value=altered),
        Sealed(subject=ANN, place=good.place, value=good.value[:20]),
    ):
        with pytest.raises(SealBroken):
            keys.unseal([bad])


def test_an_erasure_takes_one_subject_and_leaves_the_others(
    keys: KeyStore, again: KeyStore
) -> None:
    ann, bob = sealed(keys, subject=ANN), sealed(keys, subject=BOB)
    keys.erase(ANN, "event/e")
    found = again.unseal([ann, bob])
    assert found[0] is None
    assert found[1] is not None


def test_the_same_erasure_again_spares_the_key_made_since(keys: KeyStore) -> None:
    keys.erase(ANN, "event/e")
    later = sealed(keys)
    keys.erase(ANN, "event/e")
    assert keys.unseal([later]) != [None]


def test_an_erased_key_is_in_no_file_of_the_store(keys: KeyStore, tmp_path: Path) -> None:
    name = sealed(keys).key
    files = list((tmp_path / "keys").iterdir())
    assert any(name in file.read_bytes() for file in files)
    keys.erase(ANN, "event/e")
    assert not any(name in file.read_bytes() for file in files if file.exists())


def test_a_hold_blocks_erasure_until_every_matter_is_released(keys: KeyStore) -> None:
    one = sealed(keys)
    for matter in ("a", "b", "b"):
        keys.hold(ANN, matter)
    for matter in ("a", "b"):
        with pytest.raises(LegalHold, match=matter):
            keys.erase(ANN, "event/e")
        keys.release(ANN, matter)
    keys.erase(ANN, "event/e")
    assert keys.unseal([one]) == [None]


def test_an_erasure_whose_block_fails_destroys_nothing(keys: KeyStore) -> None:
    one = sealed(keys)
    with pytest.raises(KeyError), keys.erasing(ANN, "event/e"):
        raise KeyError
    assert keys.unseal([one]) != [None]


def test_a_restored_backup_of_keys_forgets_again_who_was_erased(keys: KeyStore) -> None:
    one = sealed(keys)
    assert keys.finish_erasures({"event/e": ANN}) == ("event/e",)
    assert keys.finish_erasures({"event/e": ANN}) == ()
    assert keys.unseal([one]) == [None]


def test_a_pseudonym_is_the_same_everywhere_and_tells_nothing(
    keys: KeyStore, again: KeyStore, tmp_path: Path
) -> None:
    name = keys.pseudonym("customer", "zendesk", "ann@example.org")
    assert name == again.pseudonym("customer", "zendesk", "ann@example.org")
    assert name.startswith("customer/")
    assert "ann" not in name
    assert name != keys.pseudonym("customer", "salesforce", "ann@example.org")
    with closing(KeyStore.open(tmp_path / "other")) as other:
        assert name != other.pseudonym("customer", "zendesk", "ann@example.org")


def test_a_secret_is_made_once(keys: KeyStore, again: KeyStore) -> None:
    assert keys.secret("snapshot") == again.secret("snapshot") != keys.secret("segments")
    assert len(keys.secret("snapshot")) == 32


def test_the_master_key_is_its_owners_alone(keys: KeyStore, tmp_path: Path) -> None:
    assert keys
    mode = (tmp_path / "keys" / "master.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("harm", ["missing", "open", "short", "foreign"])
def test_a_harmed_master_key_is_refused(keys: KeyStore, tmp_path: Path, harm: str) -> None:
    assert keys
    file = tmp_path / "keys" / "master.key"
    if harm == "missing":
        file.unlink()
    elif harm == "open":
        file.chmod(0o640)
    else:
        file.write_text(os.urandom(32 if harm == "foreign" else 8).hex())
    with pytest.raises(MasterKeyInvalid, match=r"master\.key"):
        KeyStore.open(tmp_path / "keys")
