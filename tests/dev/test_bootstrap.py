import pytest

from dev import bootstrap


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "package-lock.json"
    path.write_text("{}")
    return path


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "node_modules"
    path.mkdir()
    return path


def test_an_installed_folder_agrees_until_its_lock_changes(folder, lock):
    assert not bootstrap.agrees(folder, [lock])
    bootstrap.stamp(folder, {"npm"}, [lock])
    assert bootstrap.agrees(folder, [lock])
    assert bootstrap.stamped(folder) == {"npm"}

    lock.write_text("{ }")
    assert not bootstrap.agrees(folder, [lock])


def test_a_linked_folder_is_used_and_never_changed(folder, lock, tmp_path):
    bootstrap.stamp(folder, {"npm"}, [lock])
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert bootstrap.agrees(link, [lock])

    bootstrap.unshare(link)

    assert not link.exists()
    assert bootstrap.agrees(folder, [lock])


def test_locks_name_no_host():
    locks = [
        *bootstrap.REQUIREMENTS.rglob("*.txt"),
        *bootstrap.REQUIREMENTS.rglob("package-lock.json"),
        bootstrap.ROOT / "package-lock.json",
    ]
    assert len(locks) == 7
    assert [lock.name for lock in locks if "://" in lock.read_text()] == []
