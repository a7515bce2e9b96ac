"""The program: all rules of one loyalty program as one immutable, versioned value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.customers import CustomerPolicy, barred_as
from loyalcore.domain.earning import (
    EarningRule,
    Purchase,
    barred,
    check_functions,
    check_row,
    plans_of,
    quote,
    redeemable,
    without_over,
)
from loyalcore.domain.ledger import PointsPolicy, begins_over, never_begins_over
from loyalcore.domain.orders import OrderPolicy, read_cart
from loyalcore.domain.programs._check import (
    CUSTOMERS,
    POLICY,
    check_applies_from,
    check_cart,
    check_id,
    check_version,
    earning_faults,
    ledger_tier_faults,
    model_faults,
    settled,
    tier_faults,
)
from loyalcore.domain.programs._document import (
    customers_document,
    points_document,
    read_document,
)
from loyalcore.domain.programs._file import read_file
from loyalcore.domain.programs._levels import tiers_document
from loyalcore.domain.programs._referrals import referral_faults, referrals_document
from loyalcore.domain.programs._rules import orders_document, rule_document
from loyalcore.domain.referrals import ReferralPolicy
from loyalcore.domain.tiers import TierSet
from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.calendar import check_zone
from loyalcore.values.checks import fault_of
from loyalcore.values.clock import check_instant
from loyalcore.values.money import check_currency
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from loyalcore.domain.customers import CustomerRow
    from loyalcore.domain.earning import Plan, Quote
    from loyalcore.domain.orders import Cart

_NO_ZONE: Any = None


@attrs.frozen
class Program:
    """All rules of one loyalty program; two of the same rules are equal.

    Args:
        id: Lower-case ASCII letters, digits, `-` and `_`, 1 to 64 of them.
        version: 1 to 2,147,483,647; a lot carries the version that it was granted under.
        applies_from: From when this version applies, aware; None: from the beginning.
        currency: The ISO code of the money of its rules and orders.
        timezone: The IANA name of the zone of its wall clock.
        points: The policy of its ledgers. What follows from a setting is written into it: `on_action` counts an
            expiry from the activation, and under the model `inactivity` a relative expiry is the span of inactivity.
        customers: Which customers take part, and from when on they are new or loyal.
        orders: What lowers the basis of earning, what points are worth, and what returns do.
        earning: The rules by which orders earn, ids unique.
        tiers: Its tiers; None for a program without.
        ledger_tiers: The tiers of subledgers, by the ids of the ledgers.
        referrals: What it says about referrals; None for a program without.

    Raises:
        InvalidDocument: One or more settings are of another type, out of range, or contradict each other; `faults`
            names all of them.

    Source: DOMAIN 1, 3.1 to 3.6.

    Example:
        >>> beans = Program("beans", currency="EUR", timezone="Europe/Berlin")
        >>> beans.points.expiry_model.value, str(beans.zone)
        ('per_lot', 'Europe/Berlin')
    """

    id: str
    version: int = attrs.field(default=1, kw_only=True)
    applies_from: datetime | None = attrs.field(default=None, kw_only=True)
    currency: str = attrs.field(kw_only=True)
    timezone: str = attrs.field(kw_only=True)
    points: PointsPolicy = attrs.field(factory=PointsPolicy, kw_only=True)
    customers: CustomerPolicy = attrs.field(factory=CustomerPolicy, kw_only=True)
    orders: OrderPolicy = attrs.field(factory=OrderPolicy, kw_only=True)
    earning: tuple[EarningRule, ...] = attrs.field(default=(), kw_only=True)
    tiers: TierSet | None = attrs.field(default=None, kw_only=True)
    ledger_tiers: Mapping[str, TierSet] = attrs.field(factory=dict, kw_only=True, hash=False)
    referrals: ReferralPolicy | None = attrs.field(default=None, kw_only=True)
    zone: ZoneInfo = attrs.field(init=False, eq=False, repr=False, default=_NO_ZONE)
    rules: tuple[Plan, ...] = attrs.field(init=False, eq=False, repr=False, default=())
    is_timeless: bool = attrs.field(init=False, eq=False, repr=False, default=False)
    versions: tuple[Program, ...] = attrs.field(init=False, eq=False, repr=False, default=())

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []

        def check(read: Callable[[object, str], object], value: object, path: str) -> object:
            try:
                return read(value, path)
            except (InvalidInput, LimitExceeded) as error:
                faults.append(fault_of(error))
                return None

        check(check_id, self.id, "id")
        check(check_version, self.version, "version")
        applies_from = check(check_applies_from, self.applies_from, "applies_from")
        check(check_currency, self.currency, "currency")
        zone = check(check_zone, self.timezone, "timezone")
        if isinstance(self.points, PointsPolicy):
            before = len(faults)
            for name, read in POLICY.items():
                check(read, getattr(self.points, name), f"points.{name}")
            faults += model_faults(self.points, [fault.path.removeprefix("points.") for fault in faults[before:]])
        else:
            faults.append(Fault("points", f"must be a PointsPolicy, not {type(self.points).__name__}"))
        if isinstance(self.customers, CustomerPolicy):
            for name, read in CUSTOMERS.items():
                check(read, getattr(self.customers, name), f"customers.{name}")
        else:
            faults.append(Fault("customers", f"must be a CustomerPolicy, not {type(self.customers).__name__}"))
        if isinstance(self.orders, OrderPolicy):
            faults += [Fault(f"orders.{fault.path}", fault.message) for fault in self.orders.faults()]
        else:
            faults.append(Fault("orders", f"must be an OrderPolicy, not {type(self.orders).__name__}"))
        if isinstance(self.earning, tuple | list) and all(isinstance(rule, EarningRule) for rule in self.earning):
            faults += earning_faults(self.earning)
            if self.tiers is None or isinstance(self.tiers, TierSet):
                faults += tier_faults(self.earning, self.tiers)
        else:
            faults.append(Fault("earning", "must be a tuple of EarningRule"))
        if self.tiers is not None and not isinstance(self.tiers, TierSet):
            faults.append(Fault("tiers", f"must be a TierSet or None, not {type(self.tiers).__name__}"))
        faults += ledger_tier_faults(self.ledger_tiers)
        faults += referral_faults(self.referrals, () if faults else self.earning)
        if faults:
            raise InvalidDocument(faults)
        for name, value in (
            ("zone", zone),
            ("points", settled(self.points)),
            ("earning", tuple(self.earning)),
            ("rules", plans_of(self.earning)),
            ("applies_from", applies_from),
            ("ledger_tiers", dict(self.ledger_tiers)),
            ("is_timeless", all(never_begins_over(self.points, each.activation, each.expiry) for each in self.earning)),
        ):
            object.__setattr__(self, name, value)

    def at(self, instant: datetime) -> Program:
        """Give the version that applies at an instant, of those that were given together.

        Args:
            instant: UTC.

        Source: DOMAIN 3.2 (lots keep the terms of their version); that the first one applies from the beginning is a
            house decision.

        Example:
            >>> from datetime import UTC, datetime
            >>> beans = Program("beans", currency="EUR", timezone="UTC")
            >>> beans.at(datetime(2026, 1, 1, tzinfo=UTC)) is beans
            True
        """
        if not self.versions:
            return self
        begun = [each for each in self.versions[1:] if each.applies_from is not None and each.applies_from <= instant]
        return begun[-1] if begun else self.versions[0]

    def version_of(self, number: int) -> Program:
        """Give a version by its number, of those that were given together; this one where there is no such one.

        Args:
            number: The number of the version, as entries name it.
        """
        return next((each for each in self.versions if each.version == number), self)

    @property
    def standing_referrals(self) -> ReferralPolicy | None:
        """What goes for referrals that have begun: what this version says, or the last one before it that says any.

        So what a referral has brought can be taken back after the program has given referrals up.
        """
        earlier = [each for each in self.versions if each.version < self.version]
        return next((each.referrals for each in (self, *reversed(earlier)) if each.referrals is not None), None)

    def is_behind(self, version: int) -> bool:
        """Say whether a standing that was worked out under a version of this program still has to come to this one.

        Args:
            version: The version; 0 stands for the first.
        """
        if not self.versions:
            return False
        return version != (0 if self.version == self.versions[0].version else self.version)

    def tiers_of(self, ledger: str) -> TierSet | None:
        """Give the tiers of a ledger, None where it has none.

        Args:
            ledger: The ledger, `""` for the main one.
        """
        return self.ledger_tiers.get(ledger) if ledger else self.tiers

    @classmethod
    def load(cls, source: str | os.PathLike[str]) -> Program:
        """Read a program from its document.

        Args:
            source: The path of a `.toml` or `.json` file in UTF-8.

        Returns:
            The program.

        Raises:
            InvalidInput: The source is no path, or ends in neither `.toml` nor `.json`.
            NotFound: There is no such file.
            InvalidDocument: The file cannot be read, is not well formed (the line is named), or has faults; `faults`
                names all of them by their paths in the document.

        Source: DOMAIN 1.

        Example:
            >>> Program.load("nowhere/beans.toml")
            Traceback (most recent call last):
            loyalcore.errors.NotFound: no program document 'nowhere/beans.toml'
        """
        name, values = read_file(source)
        try:
            return cls.from_document(values)
        except InvalidDocument as error:
            raise InvalidDocument(error.faults, path=name) from None

    @classmethod
    def from_document(cls, values: Mapping[str, Any]) -> Program:
        """Build a program from the tables of its document.

        Args:
            values: What a TOML or JSON reader gives. Money is text or a whole number, points are whole numbers.

        Returns:
            The program.

        Raises:
            InvalidDocument: It has faults; `faults` names all of them by their paths.

        Source: DOMAIN 1.

        Example:
            >>> Program.from_document({"id": "beans", "currency": "EUR", "timezone": "UTC"}).version
            1
        """
        return cls(**read_document(values))

    def to_document(self) -> dict[str, Any]:
        """Return the document of this program, every setting said; `from_document` gives the program again.

        Source: DOMAIN 1.

        Example:
            >>> Program("beans", currency="EUR", timezone="UTC").to_document()["points"]["expiry"]
            'unlimited'
        """
        document: dict[str, Any] = {
            "id": self.id,
            "version": self.version,
            **({} if self.applies_from is None else {"applies_from": self.applies_from.isoformat()}),
            "currency": self.currency,
            "timezone": self.timezone,
            "points": points_document(self.points),
            "customers": customers_document(self.customers),
            "orders": orders_document(self.orders),
        }
        if self.earning:
            document["earning"] = [rule_document(rule) for rule in self.earning]
        if self.tiers is not None:
            document["tiers"] = tiers_document(self.tiers)
        if self.ledger_tiers:
            document["ledger_tiers"] = {name: tiers_document(each) for name, each in self.ledger_tiers.items()}
        if self.referrals is not None:
            document["referrals"] = referrals_document(self.referrals)
        return document

    def quote(
        self,
        cart: Cart | Mapping[str, Any],
        customer: CustomerRow | None = None,
        *,
        at: datetime,
        functions: Mapping[str, Callable[[Purchase], Any]] | None = None,
        redeemed: int | None = None,
        occurred_at: datetime | None = None,
    ) -> Quote:
        """Say what an order earns, rule by rule, and what it redeems; no store is asked.

        Closing an order calls this function: what is quoted is what is awarded.

        Args:
            cart: What is ordered: a `Cart`, or its document.
            customer: Who orders, with the membership as it stands before the order; None where nobody is known: then
                no condition about the customer is met, nothing is capped by customer, and nothing redeemed.
            at: The instant, aware.
            functions: The host's own rules, as the registry's `earning` has them; None where the rules name none.
            redeemed: The points that pay for it, 0 or more; None: as many as the cart asks for and the program allows.
            occurred_at: When the order was closed, as the host knows it, aware; None is the instant. Only an
                expiry that counts from the order goes by it.

        Raises:
            InvalidDocument: The cart has faults; `faults` names all of them.
            InvalidInput: The cart is in another currency, the customer is no `CustomerRow`, the instant is naive or
                none, the functions are no functions by name, the points redeemed are no number, points are asked for
                that have no worth, or a function of the host's is not there or gives no number of points. What such a
                function raises itself is passed on.
            LimitExceeded: More points are redeemed than there can be, a rule would grant more than one award can hold,
                or a day that a condition names is outside of the years that there are.

        Source: DOMAIN 3.4.

        Example:
            >>> from datetime import UTC, datetime
            >>> from loyalcore.domain.earning import EarningRule
            >>> rule = EarningRule("base", points=1, per=100)
            >>> program = Program("beans", currency="EUR", timezone="UTC", earning=(rule,))
            >>> program.quote({"total": 1999}, at=datetime(2026, 1, 1, tzinfo=UTC)).points
            19
        """
        cart = check_cart(read_cart(cart, "cart"), self.currency)
        if customer is not None:
            check_row(customer, "customer")
        at = check_instant(at, "at")
        occurred_at = None if occurred_at is None else check_instant(occurred_at, "occurred_at")
        if functions is not None:
            check_functions(functions, "functions")
        if redeemed is not None:
            redeemed = check_points(redeemed, "redeemed", minimum=0)
        if customer is not None:
            if barred_as(customer.customer, self.customers) is not None:
                return barred(self.rules, Purchase(cart, customer, at, self.zone, self.orders))
            if redeemed is None and cart.redeem:
                redeemed = redeemable(cart, customer.membership.points.active, self.orders).points
        purchase = Purchase(cart, customer, at, self.zone, self.orders, redeemed or 0)
        quoted = quote(self.rules, purchase, self.points.rounding, functions or {})
        if self.is_timeless:
            return quoted
        return without_over(quoted, lambda each: self.begins_over(each.activation, each.expiry, at, occurred_at))

    def begins_over(
        self, activation: str | None, expiry: str | None, at: datetime, occurred_at: datetime | None = None
    ) -> bool:
        """Say whether points that a rule grants would be over before they begin; it grants none then.

        Args:
            activation: The rule's start expression; None is the program's.
            expiry: The rule's expiry expression; None is the program's.
            at: When they are granted, UTC.
            occurred_at: When it happened, as the host knows it, UTC; None is then.
        """
        return begins_over(self.points, at, self.zone, activation=activation, expiry=expiry, occurred_at=occurred_at)
