"""What stands in a text for what was taken out of it."""

EMAIL, PHONE, CARD, IBAN, IP = "[e-mail]", "[phone]", "[card]", "[IBAN]", "[IP]"
KEY, NUMBER, NAME, QUERY = "[key]", "[number]", "[name]", "[query]"
PLACEHOLDERS = frozenset({EMAIL, PHONE, CARD, IBAN, IP, KEY, NUMBER, NAME, QUERY})
