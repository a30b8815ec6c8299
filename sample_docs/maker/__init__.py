"""Makes sample documents: made-up companies and people, drawn in many layouts, with the truth beside them."""
