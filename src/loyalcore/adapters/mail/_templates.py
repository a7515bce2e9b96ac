"""Templates of mail: a subject, a plain text and an HTML text for each kind of notice and language."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from string import Template
from typing import Final, NamedTuple

import attrs

from loyalcore.domain.flows import NOTICE_KINDS
from loyalcore.errors import InvalidInput, Undeliverable
from loyalcore.values.hints import did_you_mean

TEXT_LENGTH_MAX: Final = 100_000


def _template(value: str, path: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"must be a text, not {type(value).__name__}", path=path)
    if len(value) > TEXT_LENGTH_MAX or not Template(value).is_valid():
        raise InvalidInput("must be a template: ${name} stands for a value, $$ for a dollar sign", path=path)
    return value


class Mail(NamedTuple):
    """What a template comes to."""

    subject: str
    text: str
    html: str | None


@attrs.frozen
class MailTemplate:
    """The template of a mail; `${name}` stands for a value, `$$` for a dollar sign.

    Args:
        subject: The subject, one line.
        text: The plain text.
        html: The HTML text; None where there is only the plain one. Values are escaped in it.

    Raises:
        InvalidInput: It is no text, longer than 100,000 characters, or has a dollar sign that stands for nothing.

    Source: House decision (`string.Template`: it runs nothing that a template says).

    Example:
        >>> hello = MailTemplate("Hello ${name}", "Hello ${name}!", "<p>Hello <b>${name}</b>!</p>")
        >>> hello.mail({"name": "<Ada>"}).html
        '<p>Hello <b>&lt;Ada&gt;</b>!</p>'
    """

    subject: str
    text: str
    html: str | None = None

    def __attrs_post_init__(self) -> None:
        _template(self.subject, "subject")
        _template(self.text, "text")
        if self.html is not None:
            _template(self.html, "html")

    @property
    def names(self) -> frozenset[str]:
        """The values that it names."""
        texts = (self.subject, self.text, self.html or "")
        return frozenset(name for text in texts for name in Template(text).get_identifiers())

    def mail(self, values: Mapping[str, str]) -> Mail:
        """Fill the values in.

        Args:
            values: What each name stands for.

        Raises:
            Undeliverable: The template names a value that is not there, or the subject would break its line.

        Source: House decision.

        Example:
            >>> MailTemplate("Hello", "You have ${points} points.").mail({"points": "5"}).text
            'You have 5 points.'
        """
        try:
            subject = Template(self.subject).substitute(values)
            text = Template(self.text).substitute(values)
            escaped = {name: escape(value) for name, value in values.items()}
            html = None if self.html is None else Template(self.html).substitute(escaped)
        except KeyError as missing:
            raise Undeliverable(f"the template names {missing.args[0]!r}, which the notice does not have") from None
        if not subject.isprintable():
            raise Undeliverable("the subject holds a line break or another control character")
        return Mail(subject, text, html)


COMMON_NAMES: Final = frozenset({"kind", "program", "customer_id", "first_name", "last_name"})
"""What a template may name beside the details of the notice."""


class MailTemplates:
    """Templates by kind of notice and language.

    A language that has none falls back: `pt-BR` to `pt`, and then to the default language.

    Args:
        templates: The template of each (kind, language); languages compare without case.
        default_language: The language of who has none, or one without a template.

    Raises:
        InvalidInput: They are no templates by kind and language, or the default language is no text.

    Source: House decision.

    Example:
        >>> hello, hallo = MailTemplate("Hello", "Hello!"), MailTemplate("Hallo", "Hallo!")
        >>> templates = MailTemplates({("tier_up", "en"): hello, ("tier_up", "de"): hallo})
        >>> templates.find("tier_up", "de-AT").subject
        'Hallo'
    """

    def __init__(self, templates: Mapping[tuple[str, str], MailTemplate], *, default_language: str = "en") -> None:
        if not isinstance(default_language, str):
            raise InvalidInput("give a language, such as en", path="default_language")
        if not isinstance(templates, Mapping):
            raise InvalidInput("give templates by kind and language", path="templates")
        self._default = default_language.casefold()
        self._templates: dict[tuple[str, str], MailTemplate] = {}
        for name, template in templates.items():
            match name:
                case (str() as kind, str() as language) if isinstance(template, MailTemplate):
                    self._templates[kind, language.casefold()] = template
                case _:
                    raise InvalidInput("give a MailTemplate for each (kind, language)", path="templates")

    def including(self, templates: Mapping[tuple[str, str], MailTemplate]) -> MailTemplates:
        """Give these templates with others, which win over those of the same kind and language.

        Args:
            templates: The template of each (kind, language).

        Raises:
            InvalidInput: They are no templates by kind and language.

        Source: House decision.

        Example:
            >>> first = MailTemplates({("tier_up", "en"): MailTemplate("Hello", "Hello!")})
            >>> first.including({("tier_up", "EN"): MailTemplate("Hi", "Hi!")}).find("tier_up", None).subject
            'Hi'
        """
        mine = MailTemplates(templates, default_language=self._default)
        mine._templates = {**self._templates, **mine._templates}
        return mine

    def check(self, *, has_more: bool = False) -> None:
        """Make sure that each template is of a kind of notice that there is, and names what its notices have.

        `MailHandler` does so when it is made.

        Args:
            has_more: Whether the host gives more values, which are not known here: then names are not looked at.

        Raises:
            InvalidInput: One is not.

        Source: House decision.

        Example:
            >>> from loyalcore.errors import InvalidInput
            >>> try:
            ...     MailTemplates({("tier_up", "en"): MailTemplate("You are ${teir}", "Hello!")}).check()
            ... except InvalidInput as error:
            ...     print(error)
            templates[tier_up, en]: names teir, which the notice does not have; did you mean tier?
        """
        for (kind, language), template in self._templates.items():
            path = f"templates[{kind}, {language}]"
            if kind not in NOTICE_KINDS:
                raise InvalidInput(f"{kind} is no kind of notice{did_you_mean(kind, NOTICE_KINDS)}", path=path)
            known = {*NOTICE_KINDS[kind].details, *COMMON_NAMES}
            for name in sorted(template.names - known if not has_more else ()):
                raise InvalidInput(
                    f"names {name}, which the notice does not have{did_you_mean(name, known)}", path=path
                )

    def find(self, kind: str, language: str | None) -> MailTemplate:
        """Find the template of a kind in a language, or in the nearest that there is.

        Args:
            kind: The kind of notice.
            language: Such as `de` or `pt-BR`; None is the default.

        Raises:
            Undeliverable: There is none in the default language either.

        Source: House decision.

        Example:
            >>> templates = MailTemplates({("tier_up", "en"): MailTemplate("Hello", "Hello!")})
            >>> templates.find("tier_up", "fr").subject
            'Hello'
        """
        wanted = (language or "").casefold().replace("_", "-")
        for each in (wanted, wanted.partition("-")[0], self._default):
            found = self._templates.get((kind, each))
            if found is not None:
                return found
        raise Undeliverable(f"there is no template for the kind {kind}")
