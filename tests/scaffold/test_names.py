"""One name is asked for; the others follow, and none is refused later."""

import pytest

from eventpact.scaffold import Names
from eventpact.scaffold.names import contract_from


def test_the_other_names_follow_from_the_contract() -> None:
    names = Names.of("card-payment")

    assert names == Names(
        contract="card-payment",
        event="CardPaymentEvent",
        namespace="com.example.card_payment",
        package="card_payment_events",
        topic="card-payment-events",
        owner="team-card-payment",
    )
    assert names.schema_file == "card_payment_event.avsc"


def test_events_are_not_said_twice() -> None:
    names = Names.of("audit-events")

    assert (names.package, names.topic) == ("audit_events", "audit-events")


@pytest.mark.parametrize(
    ("event", "file", "strategy"),
    [
        ("OrderPlaced", "order_placed.avsc", "order_placed_events"),
        ("ShopEvent", "shop_event.avsc", "shop_events"),
        ("HTTPCallMade", "http_call_made.avsc", "http_call_made_events"),
        ("Order2Placed", "order2_placed.avsc", "order2_placed_events"),
    ],
)
def test_files_and_strategies_have_the_event_s_name(event: str, file: str, strategy: str) -> None:
    names = Names.of("shop", event=event)

    assert (names.schema_file, names.strategy) == (file, strategy)


@pytest.mark.parametrize(
    ("folder", "contract"),
    [("shop-contracts", "shop"), ("Shop_Contracts", "shop"), ("audit events", "audit"), ("orders", "orders"), ("", "")],
)
def test_a_folder_suggests_a_contract(folder: str, contract: str) -> None:
    assert contract_from(folder) == contract


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"contract": "Shop"}, "contract: 'Shop' is not lower-case words"),
        ({"contract": ""}, "contract: '' is not"),
        ({"event": "orderPlaced"}, "event: 'orderPlaced' is not a class name"),
        ({"event": "None"}, "event: 'None' is a word of Python"),
        ({"namespace": "com..shop"}, "namespace: '' is not"),
        ({"package": "class"}, "package: 'class' is taken"),
        ({"package": "json"}, "package: 'json' is taken"),
        ({"package": "shop.events"}, "package: 'shop.events' is not one lower-case identifier"),
        ({"topic": "shop events"}, "topic: 'shop events' is not a Kafka topic name"),
        ({"owner": 'x"\n[evil]'}, "owner: "),
    ],
)
def test_a_name_that_would_be_refused_later_is_refused_now(given: dict[str, str], told: str) -> None:
    rest = {name: text for name, text in given.items() if name != "contract"}

    with pytest.raises(ValueError, match=told.partition("(")[0]):
        Names.of(given.get("contract", "shop"), **rest)
