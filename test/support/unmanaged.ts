import type { Documents } from '../../src/instance/documents.ts'
import { keyOf, type Field } from '../../src/instance/field.ts'
import { plainRows, type Server } from './memory-server.ts'
import { entriesOf, nameIn, PLAIN, type PlainRow } from './plain-kinds.ts'

/** Rows that no file names, by name, as text; `known` are the server's ids of keyed objects in the ledger. */
export function strangers(
  server: Server,
  files: readonly Documents[],
  known: ReadonlySet<string | null>,
): Map<string, string> {
  const all = <File extends keyof Documents>(file: File) => files.flatMap((documents) => documents[file] ?? [])
  const mine = new Set([
    ...all('domain-blocks.yaml')
      .flatMap((f) => f.domain_blocks ?? [])
      .map((b) => b.domain),
    ...PLAIN.flatMap((plain) =>
      files.flatMap((documents) => entriesOf(plain, documents).map((entry) => `${plain.kind} ${nameIn(plain, entry)}`)),
    ),
    ...all('roles.yaml')
      .flatMap((f) => [
        ...(f.roles ?? []).flatMap((r) => [r.name, r.renamed_from ?? r.name]),
        ...(f.everyone ? [''] : []),
      ])
      .map((name) => `role ${name}`),
    ...all('moderators.yaml')
      .flatMap((f) => f.moderators ?? [])
      .map((m) => `@${m.account.toLowerCase()}`),
    ...all('settings.yaml').flatMap((f) => Object.keys(f.settings ?? {})),
    ...all('terms-of-service.yaml')
      .flatMap((f) => f.terms_of_service ?? [])
      .map((t) => t.effective_date),
  ])
  const { rows } = server
  const onlyThese = files.some((documents) => documents['moderators.yaml']?.only_these === true)
  const named: [string, unknown][] = [
    ...rows.domain_blocks.map((row): [string, unknown] => [row.domain, row]),
    ...PLAIN.flatMap((plain) =>
      plainRows(server, plain.table).map((row): [string, unknown] => [`${plain.kind} ${nameIn(plain, row)}`, row]),
    ),
    ...rows.roles.map((row): [string, unknown] => [`role ${row.name}`, row]),
    ...(onlyThese ? [] : rows.accounts.map((row): [string, unknown] => [`@${row.username.toLowerCase()}`, row])),
    // A place among the rules is nobody's alone.
    ...rows.rules
      .filter((row) => row.text.startsWith('By hand') && !known.has(row.id))
      .map(({ priority: _place, ...row }): [string, unknown] => [`rule ${row.id}`, row]),
    ...rows.announcements
      .filter((row) => row.text.startsWith('By hand') && !known.has(row.id))
      .map((row): [string, unknown] => [`announcement ${row.id}`, row]),
    ...rows.settings.map((row): [string, unknown] => [row.var, row]),
    ...rows.terms_of_services.map((row): [string, unknown] => [row.effective_date ?? '', row]),
  ]
  return new Map(named.filter(([name]) => !mine.has(name)).map(([name, row]) => [name, JSON.stringify(row)]))
}

/** Fields that an entry may leave to the server, of the rows whose entries do. */
export function unmanagedFields(server: Server, files: readonly Documents[]): string {
  const says = (domain: string): boolean =>
    files.some((f) =>
      (f['domain-blocks.yaml']?.domain_blocks ?? []).some(
        (b) => b.domain === domain && b.private_comment !== undefined,
      ),
    )
  const left = PLAIN.map((plain) => {
    const optional = plain.fields.filter((field) => field.optional)
    const isSaid = (row: PlainRow, field: Field): boolean =>
      files.some((documents) =>
        entriesOf(plain, documents).some(
          (entry) => entry[plain.name] === row[plain.name] && (keyOf(field) ?? '') in entry,
        ),
      )
    return plainRows(server, plain.table).map((row) => [
      row.id,
      ...optional.filter((field) => !isSaid(row, field)).map((field) => row[field.name]),
    ])
  })
  const limits = files.some((f) => (f['roles.yaml']?.roles ?? []).some((r) => r.collection_limit !== undefined))
  const { rows } = server
  return JSON.stringify([
    rows.domain_blocks.filter((row) => !says(row.domain)).map((row) => [row.id, row.private_comment]),
    ...left,
    limits ? [] : rows.roles.map((row) => [row.id, row.collection_limit]),
  ])
}
