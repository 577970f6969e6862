"""The arithmetic of the audit trail's proofs, and the verifier that needs nothing else of Vigia.

Both sides use it: the system to chain its entries, and whoever checks them. It imports the
standard library and `cryptography` (Ed25519), so an auditor can copy this folder and run
`python -m trail EXPORT --public-key FILE` on a machine that knows nothing of Vigia. Only to check
time stamps it needs `rfc3161-client` too.
"""
