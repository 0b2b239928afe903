import { readBlockList, type BlockList, type ListOptions } from '../../src/instance/import/read.ts'

/** What a list says. */
export const read = (text: string, more: Partial<ListOptions> = {}): BlockList =>
  readBlockList(Buffer.from(text), { file: 'list.csv', ...more })
/** The entries of a list, a line each. */
export const said = (list: BlockList): readonly string[] =>
  list.entries.map(({ domain, severity, reject_media, reject_reports }) =>
    [domain, severity, ...(reject_media ? ['media'] : []), ...(reject_reports ? ['reports'] : [])].join(' '),
  )
/** The codes of what makes a list unreadable. */
export const errors = (list: BlockList): readonly string[] =>
  list.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)
/** The codes of all that is told of a list. */
export const codes = (list: BlockList): readonly string[] => list.diagnostics.map(({ code }) => code)

export const HEADER = 'domain,severity,reject_media,reject_reports,public_comment,obfuscate'
export const ROWS = 'alpha.example,silence,false,false,loud,false\nbeta.example,noop,true,false,media,false\n'
export const AS_WRITTEN = ['alpha.example silence', 'beta.example noop media']
