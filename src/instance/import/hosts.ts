import { linesOf } from './lines.ts'
import { bareRow, type Format } from './row.ts'
import { FORMAT } from './texts.ts'

/** An address that leads nowhere, and the names that it stands for. */
const ENTRY = /^(?:0\.0\.0\.0|127(?:\.\d{1,3}){3}|::1?|fe80::\S*|ff\d\d::\S*|255\.255\.255\.255)\s+(?<names>\S.*)$/i
/** What a machine calls itself there. */
const OWN = /^(?:localhost(?:\..*)?|local|broadcasthost|ip6-\w+|0\.0\.0\.0)$/i

/** A hosts file: `0.0.0.0 spam.example`. */
export const hosts: Format = {
  name: FORMAT.hosts,
  read: (text) => {
    const lines = linesOf(text).map(({ text: written, line }) => ({
      line,
      written,
      names: ENTRY.exec(written)?.groups?.['names'],
    }))
    if (!lines.some(({ names }) => names !== undefined)) return undefined
    const rows = lines.flatMap(({ line, written, names }) =>
      (names?.split(/\s+/) ?? [written]).filter((name) => !OWN.test(name)).map((name) => bareRow(name, line)),
    )
    return { rows, leftOut: [], diagnostics: [] }
  },
}
