"""Use-cases: gather, decide by the core, perform. They print nothing."""
