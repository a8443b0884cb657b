"""The one folder that the demo may empty."""

from pathlib import Path

import pytest

from tidegate.cli.client_file import ClientFile, read_client_file, write_client_file
from tidegate.cli.demo_folder import MARKER, DemoFolderError, fresh_folder, leave_client_file


def test_what_an_earlier_demo_left_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "demo"
    with fresh_folder(folder):
        (folder / "desk.db").touch()
        (folder / "cache").mkdir()
        (folder / "cache" / "instruments.json").touch()
    with fresh_folder(folder):
        assert [child.name for child in folder.iterdir()] == [MARKER]


def test_what_no_demo_made_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("precious")
    with pytest.raises(DemoFolderError, match="move it away"), fresh_folder(tmp_path):
        pass
    assert (tmp_path / "desk.db").read_text() == "precious"
    assert not (tmp_path / MARKER).exists()


def test_links_out_of_the_folder_are_cut_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    folder = tmp_path / "demo"
    with fresh_folder(folder):
        (folder / "link").symlink_to(outside)
    with fresh_folder(folder):
        assert not (folder / "link").exists()
    assert (outside / "precious").exists()


def test_a_folder_serves_one_demo_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with fresh_folder(folder):
        (folder / "desk.db").touch()
        with pytest.raises(DemoFolderError, match="runs in"), fresh_folder(folder):
            pass
        assert (folder / "desk.db").exists()


def test_commands_find_the_demo_unless_another_desk_lives_there(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    assert leave_client_file(tmp_path, folder, "http://a", "tg_a") == tmp_path
    assert leave_client_file(tmp_path, folder, "http://b", "tg_b") == tmp_path
    found = read_client_file(tmp_path)
    assert found is not None
    assert found.url == "http://b"
    write_client_file(tmp_path, ClientFile(url="http://mine", token="tg_mine"))
    assert leave_client_file(tmp_path, folder, "http://c", "tg_c") == folder
    mine, demos = read_client_file(tmp_path), read_client_file(folder)
    assert mine is not None
    assert mine.token == "tg_mine"
    assert demos is not None
    assert demos.token == "tg_c"


def test_a_folder_that_cannot_be_made_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DemoFolderError, match="cannot be made"), fresh_folder(tmp_path / "file" / "demo"):
        pass
