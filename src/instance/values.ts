/** A JSON value, as in files, fields and digests. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }

export type Fields = { readonly [field: string]: Value }
