"""Edge cases: of which kinds a record is, which kinds an evaluation set lacks, and which records could fill the gap."""
