"""The templates that are shipped: plain English, for a host to replace."""

from __future__ import annotations

from typing import Final

from loyalcore.adapters.mail._templates import MailTemplate, MailTemplates

_SENTENCES: Final = {
    "points_added": ("You have new points", "${points} points were added to your account."),
    "points_deducted": ("Points were deducted", "${points} points were deducted from your account."),
    "points_adjusted": ("Your balance was adjusted", "Your balance was adjusted by ${points} points."),
    "points_activated": ("Your points can be spent", "${points} of your points can be spent from now on."),
    "points_expiring": ("Your points expire soon", "${points} of your points can be spent through ${expires_on}."),
    "balance_mark": ("You have reached ${mark} points", "You have ${points} points: ${mark} and more."),
    "tier_up": ("Your level is ${tier}", "You have reached the level ${tier}."),
    "tier_down": ("Your level has changed", "Your level was ${before}."),
    "tier_ending": ("Your level ends soon", "Your level ${tier} ends soon. Earn more points to keep it."),
    "invitation": ("Refer your friends", "Join our programme and refer your friends: we would like to thank you both."),
    "referral_completed": ("Your friend has ordered", "Somebody has ordered with your code ${code}. Thank you!"),
    "referral_blocked": ("A referral is not valid", "A referral with your code ${code} could not be counted."),
}


def _made(subject: str, sentence: str) -> MailTemplate:
    return MailTemplate(
        subject,
        f"Hello ${{first_name}},\n\n{sentence}\n",
        f"<!DOCTYPE html>\n<html><body><p>Hello ${{first_name}},</p>\n<p>{sentence}</p></body></html>\n",
    )


TEMPLATES: Final = MailTemplates({(kind, "en"): _made(*told) for kind, told in _SENTENCES.items()})
"""Templates of the kinds of notice about points, tiers and referrals, in English."""
