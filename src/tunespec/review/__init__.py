"""Reviews: what people said of records and outputs, read, asked for in the terminal, and judged by E002."""
