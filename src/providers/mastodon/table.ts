import { isRecord } from '../../instance/get-own.ts'

/** Whether a value of an answer is what its column holds. */
export type ValueCheck<T> = (value: unknown) => value is T

/** A table of the database that the reading role may select: all of it, or some columns. */
export interface Grant {
  readonly table: string
  readonly columns?: readonly string[]
}

/**
 * A table of a snapshot. Every connection answers rows of the same columns: ids are strings, times ISO 8601 UTC with
 * milliseconds.
 */
export interface TableShape<Row = unknown> {
  readonly name: string
  /** For people: "IP blocks". */
  readonly title: string
  readonly columns: { readonly [Column in keyof Row]-?: ValueCheck<Row[Column]> }
  /** The query of its rows, as one JSON array. */
  readonly sql: URL
  /** What the query selects from. */
  readonly grants: readonly Grant[]
  /** How the API answers it, if it does. */
  readonly api?: ApiTable
}

/** What a token needs to read a table through the API, and the list that it is. */
export interface ApiTable {
  readonly scope: string
  readonly permission: string
  /** The permission's bit in a role. */
  readonly bit: bigint
  readonly list?: ApiList
}

/** A list of the API below `/api/v1/admin/`. */
export interface ApiList {
  /** The most rows that a page may hold. */
  readonly limit: number
  /** The field that names a row, and those that a write sets. */
  readonly name: string
  readonly fields: readonly string[]
}

/** A row of a table. */
export type RowOf<Shape> = Shape extends TableShape<infer Row> ? Row : never

type Checked<Columns> = { [Column in keyof Columns]: Columns[Column] extends ValueCheck<infer T> ? T : never }

/** Describes a table; its rows get the types of the checks. */
export const table = <Row>(
  name: string,
  title: string,
  sql: URL,
  columns: TableShape<Row>['columns'],
  more: Partial<Pick<TableShape, 'grants' | 'api'>> = {},
): TableShape<Row> => ({ name, title, sql, columns, grants: [{ table: name }], ...more })

export const text: ValueCheck<string> = (value) => typeof value === 'string'
export const flag: ValueCheck<boolean> = (value) => typeof value === 'boolean'
export const whole: ValueCheck<number> = (value): value is number => Number.isSafeInteger(value)
export const count: ValueCheck<number> = (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0
export const id: ValueCheck<string> = (value): value is string => typeof value === 'string' && /^-?\d+$/.test(value)
export const time: ValueCheck<string> = (value): value is string =>
  typeof value === 'string' && /^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
export const date: ValueCheck<string> = (value): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
/** A column that older scripts do not answer. */
export const later =
  <T>(check: ValueCheck<T>): ValueCheck<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || check(value)
export const maybe =
  <T>(check: ValueCheck<T>): ValueCheck<T | null> =>
  (value): value is T | null =>
    value === null || check(value)
export const one =
  <Word extends string>(...words: readonly Word[]): ValueCheck<Word> =>
  (value): value is Word =>
    words.some((word) => word === value)
export const each =
  <Columns extends { readonly [column: string]: ValueCheck<unknown> }>(
    columns: Columns,
  ): ValueCheck<Checked<Columns>[]> =>
  (value): value is Checked<Columns>[] =>
    Array.isArray(value) && value.every((row) => isRecord(row) && oddColumn(row, columns) === null)

/** The first column of a row whose value is not as expected; null if all are. */
export const oddColumn = (
  row: { readonly [column: string]: unknown },
  columns: { readonly [column: string]: ValueCheck<unknown> },
): string | null => Object.entries(columns).find(([column, check]) => !check(row[column]))?.[0] ?? null
