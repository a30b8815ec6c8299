"""The words of the desk as frozen types: document, case, field, evidence, event, actor. No I/O lives here."""
