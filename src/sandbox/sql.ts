/** When the seed says that everything was made. */
export const SEEDED_AT = '2025-03-01 09:00:00'

/** A literal of SQL. */
export const quote = (text: string | null): string => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`)

/** `created_at` and `updated_at` of a row of the seed. */
export const MADE = `${quote(SEEDED_AT)}, ${quote(SEEDED_AT)}`
