"""Pages, words, OCR, rendering and e-invoices, in child processes."""
