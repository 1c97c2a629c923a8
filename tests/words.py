"""Words that no text of ours may claim, by language, and the search for them.

A sentence that denies a claim may hold the word: what stands in `DENIALS` is taken out before the search.
"""

import re

CLAIMS = {
    "en": (
        "compliant", "certified", "guarantee", "guarantees", "guaranteed", "proves", "proven", "unbiased", "fair",
        "safe", "true cause", "causes", "caused by", "the model thinks", "the model believes", "the reason is",
        "anonymous", "100 %", "explainable", "trustworthy",
    ),
    "de": (
        "konform", "DSGVO-konform", "rechtskonform", "zertifiziert", "garantiert", "garantieren", "beweist",
        "bewiesen", "unverzerrt", "vorurteilsfrei", "fair", "sicher", "wahre Ursache", "verursacht", "verursachen",
        "das Modell denkt", "das Modell glaubt", "der Grund ist", "anonym", "100 %", "erklärbar", "vertrauenswürdig",
    ),
    "fr": (
        "conforme", "conformes", "certifié", "certifiée", "garantit", "garantissent", "garanti", "prouve", "prouvent",
        "prouvé", "impartial", "sans biais", "équitable", "sûr", "sûre", "vraie cause", "cause", "causent",
        "le modèle pense", "le modèle croit", "la raison est", "anonyme", "100 %", "explicable", "digne de confiance",
    ),
}  # fmt: skip

DENIALS = {
    "en": (),
    "de": ("nicht sicher", "unsicher"),
    "fr": ("en cause", "à cause", "mise en cause", "mettre en cause", "pas sûr"),
}


def claims(text: str, language: str) -> list[str]:
    """Return the forbidden words of a language that a text holds, in their order."""
    plain = re.sub(r"\s+", " ", text)
    for denial in DENIALS[language]:
        plain = re.sub(rf"(?<!\w){re.escape(denial)}(?!\w)", " ", plain, flags=re.IGNORECASE)
    return [word for word in CLAIMS[language] if _holds(plain, word)]


def _holds(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None
