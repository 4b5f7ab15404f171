"""The core: the law, the ledger, the acts and the officers' pages."""
