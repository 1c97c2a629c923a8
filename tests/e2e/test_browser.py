"""An officer's way through the product, in a real browser."""

import re
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from auditor.common.digest import sha256
from tests import folders
from tests.e2e.installation import PATIENCE, Installation, until


@pytest.fixture(scope="module")
def address(installation: Installation) -> Iterator[str]:
    """The product as `make serve` starts it, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with installation.process("serve", [sys.executable, "manage.py", "serve", "--port", str(port)]):
        until(lambda: answers(url), "the web server")
        yield url


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/login/", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, address: str, installation: Installation) -> Iterator[Page]:
    """A page on which the demo officer is logged in; whatever the browser complains about fails the test."""
    context = browser.new_context(base_url=address, accept_downloads=True)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.goto("/")
    log = (installation.var / "log" / "serve.log").read_text()
    (password,) = re.findall(r"user officer, password (\S+)", log)[-1:]
    opened.get_by_label("Username").fill("officer")
    opened.get_by_label("Password").fill(password)
    opened.get_by_role("button", name="Log in").click()
    expect(opened.get_by_role("heading", name="Overview")).to_be_visible()
    yield opened
    context.close()
    assert [text for text in complaints if "422" not in text] == []


def upload(page: Page, path: str, archive: Path) -> None:
    page.goto(path)
    page.get_by_label("Archive").set_input_files(archive)
    page.get_by_role("button", name="Upload and check").click()


def test_an_officer_registers_audits_watches_reads_and_downloads(page, tmp_path, installation):
    model = folders.model(tmp_path / "marker-model", "marker", name="Uploaded detector", version="7")
    films = folders.validation_set(tmp_path / "uploaded-films", 34)
    upload(page, "/register/model/", folders.zipped(model, tmp_path / "model.zip"))
    expect(page.get_by_role("heading", name="Uploaded detector 7")).to_be_visible(timeout=PATIENCE * 1000)
    upload(page, "/register/set/", folders.zipped(films, tmp_path / "films.zip"))
    expect(page.get_by_role("heading", name="34 films")).to_be_visible(timeout=PATIENCE * 1000)

    page.goto("/plans/new/")
    page.get_by_label("Model").select_option(label="Uploaded detector 7")
    page.get_by_label("Start from the plan").select_option("quick")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Integrated Gradients").uncheck()
    page.get_by_label("Family").select_option("visualisation")
    expect(page.get_by_label("Saliency")).to_be_hidden()
    page.get_by_label("Family").select_option("backpropagation")
    page.get_by_label("Saliency").check()
    page.get_by_label("Name of the plan").fill("Slopes")
    page.get_by_role("button", name="Fix this plan").click()

    expect(page.get_by_label("Plan").locator("option:checked")).to_contain_text("Slopes")
    page.get_by_label("Validation set").select_option(label="34 films")
    page.get_by_role("button", name="Start an audit").click()
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    expect(page.get_by_role("progressbar")).to_be_visible()
    download_link = page.get_by_role("link", name="Download the report")
    under_way = page.get_by_text(re.compile(r"[0-3] of 3 parts done"))
    expect(under_way.or_(download_link)).to_be_visible(timeout=PATIENCE * 1000)
    expect(download_link).to_be_visible(timeout=PATIENCE * 1000)
    assert loads == []
    expect(page.get_by_text("plan Slopes")).to_be_visible()

    expect(
        page.get_by_role("heading", name="A small patch of the image decides: top right corner")
    ).to_be_visible()
    with page.expect_download() as download:
        download_link.click()
    saved = tmp_path / "report.pdf"
    download.value.save_as(saved)
    assert re.fullmatch(r"RT-\d{4}-\d{6}\.pdf", download.value.suggested_filename)
    assert sha256(saved.read_bytes()) in page.content()
    assert installation.manage("verify", saved).returncode == 0

    page.get_by_role("link", name="Gallery of explanations").click()
    maps = page.locator(".maps img")
    assert maps.count() == 8 * 4
    for index in range(4):
        maps.nth(index).scroll_into_view_if_needed()
        expect(maps.nth(index)).to_have_js_property("complete", True)
        assert maps.nth(index).evaluate("image => image.naturalWidth") > 0


def test_a_bad_upload_is_refused_in_words_and_registers_nothing(page, tmp_path):
    films = folders.validation_set(tmp_path / "bad-films", 4)
    (films / "images" / "film-0002.png").unlink()
    upload(page, "/register/set/", folders.zipped(films, tmp_path / "bad.zip"))
    expect(page.get_by_role("alert")).to_contain_text(
        "labels.csv, row 3: there is no item for the id 'film-0002'", timeout=PATIENCE * 1000
    )
    page.goto("/sets/")
    expect(page.get_by_text("4 films", exact=True)).to_have_count(0)


def test_a_schedule_starts_an_audit_by_itself(page, undisturbed, installation):
    due = datetime.now(UTC) + timedelta(minutes=1)
    if due.second > 50:
        due += timedelta(minutes=1)
    page.goto("/schedules/new/")
    page.get_by_label("Name").fill("By itself")
    page.get_by_label("Model").select_option(label="Lesion detector A")
    page.get_by_label("Validation set").select_option(label="32 films")
    page.get_by_label("Plan").select_option("quick")
    page.get_by_label("How often").select_option("monthly" if due.day <= 28 else "daily")
    page.get_by_label("Day").fill(str(due.day if due.day <= 28 else 0))
    page.get_by_label("Time (UTC)").fill(due.strftime("%H:%M"))
    page.get_by_role("button", name="Schedule an audit").click()
    expect(page.get_by_role("cell", name="By itself")).to_be_visible()
    query = (
        "SELECT run.id FROM audits_run run JOIN audits_schedule s ON s.id = run.schedule_id WHERE s.name = %s"
    )
    ((run,),) = until(lambda: installation.rows(query, "By itself"), "the scheduled audit")
    until(lambda: installation.reported(run), "its report")
    page.goto(f"/runs/{run}/")
    expect(page.get_by_role("link", name="Download the report")).to_be_visible()
    assert installation.rows(query, "By itself") == [(run,)]
