/** `kind/identity`, such as `domain-block/spam.example`. */
export type ObjectRef = string

export type Action = 'create' | 'update' | 'delete'

export type Cause = 'change' | 'drift' | 'conflict' | 'takeover'

export type Hazard = 'reversible' | 'disruptive' | 'irreversible'

/** The form of digests. Version 1 bound no repository; `test/unit/golden/` has examples. */
export type DigestForm = 1 | 2
