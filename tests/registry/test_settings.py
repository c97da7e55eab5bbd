"""RegistrySettings and Secret: what is wrong is said at birth, and what is secret is never said."""

import copy
import dataclasses
import json
import logging
import pickle
import traceback
from pathlib import Path

import pytest

from eventpact.errors import SettingsError
from eventpact.registry import RegistryClient
from eventpact.registry.presets import client_config
from eventpact.registry.settings import RegistrySettings
from eventpact.secret import Secret

PASSWORD = "open:sesame-42"


@pytest.fixture
def settings() -> RegistrySettings:
    return RegistrySettings("http://127.0.0.1:8081", username="anna", password=Secret(PASSWORD))


def traceback_with_locals(value: object) -> str:
    """What a crash reporter that prints local variables would print."""
    try:
        raise ValueError(value)
    except ValueError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        lambda value: f"{value}",
        lambda value: f"{value!r:>40}",
        lambda value: str(dataclasses.asdict(value)),
        lambda value: str(dataclasses.astuple(value)),
        lambda value: repr(copy.deepcopy(value)),
        lambda value: logging.LogRecord("n", 10, "p", 1, "%s", (value,), None).getMessage(),
        lambda value: json.dumps(dataclasses.asdict(value), default=str),
        lambda value: traceback_with_locals(value),
    ],
)
def test_settings_never_show_the_password(settings: RegistrySettings, show: object) -> None:
    assert callable(show)
    shown = show(settings)

    assert PASSWORD not in shown
    assert "***" in shown


def test_a_secret_does_not_pickle(settings: RegistrySettings) -> None:
    for value in (Secret(PASSWORD), settings):
        with pytest.raises(TypeError, match="does not pickle") as caught:
            pickle.dumps(value)

        assert PASSWORD not in str(caught.value)


def test_a_secret_gives_no_state() -> None:
    with pytest.raises(TypeError, match="does not pickle"):
        Secret(PASSWORD).__getstate__()


def test_a_secret_formats_as_stars_of_the_asked_width() -> None:
    assert f"{Secret(PASSWORD):>5}|{Secret(PASSWORD)}" == "  ***|***"


def test_a_secret_is_equal_to_one_of_the_same_text_and_nothing_else() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_a_secret_does_not_change() -> None:
    secret = Secret("a")
    with pytest.raises(AttributeError):
        secret._text = "b"
    with pytest.raises(AttributeError):
        del secret._text  # type: ignore[attr-defined]

    assert secret.reveal() == "a"


def test_a_secret_of_another_type_is_refused_without_saying_it() -> None:
    with pytest.raises(TypeError, match="not bytes") as caught:
        Secret(b"open")  # type: ignore[arg-type]

    assert "open" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "expected http://host:port"),
        (" , ", "expected http://host:port"),
        ("localhost:8081", "expected http://host:port or https"),
        ("ftp://host", "expected http://host:port or https"),
        ("http://", "expected http://host:port or https"),
        ("http://host:99999", "port from 1 to 65535"),
        ("http://host:0", "expected http://host:port"),
        ("http://anna:open@host", "no user name or password inside the URL"),
        ("http://anna@host", "no user name or password inside the URL"),
        ("http://good:8081,http://anna:open@host", "no user name or password inside the URL"),
        ("http://host/?a=1", "nothing after"),
        ("http://ho st", "no blanks"),
        ("http://ho\x1bst", "control"),
    ],
)
def test_a_wrong_url_is_refused_and_not_repeated(url: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected) as caught:
        RegistrySettings(url)

    assert caught.value.variable == "SCHEMA_REGISTRY_URL"
    assert "open" not in str(caught.value)


def test_a_scheme_may_be_written_in_capitals() -> None:
    settings = RegistrySettings("HTTP://127.0.0.1:1,Https://b/Path", max_retries=0)

    assert settings.urls == ("http://127.0.0.1:1", "https://b/Path")
    RegistryClient(settings).close()


def test_several_urls_are_kept_in_order_without_slashes() -> None:
    settings = RegistrySettings("http://a:1/ , https://b/contexts/.staging/")

    assert settings.urls == ("http://a:1", "https://b/contexts/.staging")


@pytest.mark.parametrize(
    ("field", "value", "variable"),
    [
        ("username", "anna", "SCHEMA_REGISTRY_PASSWORD"),
        ("password", Secret("p"), "SCHEMA_REGISTRY_USERNAME"),
        ("ca_location", "/no/such/file", "SCHEMA_REGISTRY_CA_LOCATION"),
        ("certificate_location", "/no/such/file", "SCHEMA_REGISTRY_CERTIFICATE_LOCATION"),
        ("key_location", __file__, "SCHEMA_REGISTRY_CERTIFICATE_LOCATION"),
        ("timeout", 0, "SCHEMA_REGISTRY_TIMEOUT"),
        ("timeout", float("nan"), "SCHEMA_REGISTRY_TIMEOUT"),
        ("timeout", 301, "SCHEMA_REGISTRY_TIMEOUT"),
        ("max_retries", -1, "SCHEMA_REGISTRY_MAX_RETRIES"),
        ("max_retries", 11, "SCHEMA_REGISTRY_MAX_RETRIES"),
    ],
)
def test_a_wrong_value_names_its_variable(field: str, value: object, variable: str) -> None:
    with pytest.raises(SettingsError) as caught:
        RegistrySettings("http://host", **{field: value})  # type: ignore[arg-type]

    assert caught.value.variable == variable


def test_a_user_name_with_a_colon_is_refused() -> None:
    with pytest.raises(SettingsError, match="without ':'"):
        RegistrySettings("http://host", username="a:b", password=Secret("p"))


def test_a_password_must_be_a_secret() -> None:
    with pytest.raises(SettingsError, match="expected a Secret"):
        RegistrySettings("http://host", username="a", password="open")  # type: ignore[arg-type]


def test_settings_are_read_from_variables(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.touch()
    variables = {
        "SCHEMA_REGISTRY_URL": "http://host:8081",
        "SCHEMA_REGISTRY_USERNAME": "anna",
        "SCHEMA_REGISTRY_PASSWORD": PASSWORD,
        "SCHEMA_REGISTRY_CA_LOCATION": str(pem),
        "SCHEMA_REGISTRY_TIMEOUT": "2.5",
        "SCHEMA_REGISTRY_MAX_RETRIES": "",
    }

    assert RegistrySettings.read(variables.get) == RegistrySettings(
        "http://host:8081", "anna", Secret(PASSWORD), str(pem), timeout=2.5
    )


@pytest.mark.parametrize("name", ["TIMEOUT", "MAX_RETRIES"])
def test_a_number_that_is_none_names_its_variable(name: str) -> None:
    variables = {"SCHEMA_REGISTRY_URL": "http://host", f"SCHEMA_REGISTRY_{name}": "soon"}
    with pytest.raises(SettingsError, match=f"SCHEMA_REGISTRY_{name}: expected") as caught:
        RegistrySettings.read(variables.get)

    assert "soon" not in str(caught.value)


def test_the_client_gets_a_time_limit_and_the_password(settings: RegistrySettings) -> None:
    assert client_config(settings) == {
        "url": "http://127.0.0.1:8081",
        "timeout": 5.0,
        "max.retries": 1,
        "cache.latest.ttl.sec": 60,
        "basic.auth.user.info": f"anna:{PASSWORD}",
    }
