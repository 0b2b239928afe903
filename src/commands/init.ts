import { access, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { gitIn } from '../clients/git.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { FILE_NAMES } from '../instance/documents.ts'
import { normalizeDomain } from '../instance/domains.ts'
import { count } from '../render/text.ts'
import { askServer, type Found } from './init/server.ts'
import { templates } from './init/templates.ts'
import { say, type Io } from './io.ts'
import { shipped } from './shipped.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<domain>', "the domain in your members' handles: herd.example in @alice@herd.example")
    .option('--dir <dir>', 'the folder to begin in', '.')
    .addHelpText('after', '\nExample:\n  herdbook init herd.example --dir herd\n\nIt asks the server what everybody may ask. No file that is there already is touched.')
    .action(async (given, options) => {
      const domain = domainIn(given)
      const dir = resolve(io.cwd, options.dir)
      await mkdir(dir, { recursive: true })
      const found = await askServer(domain)
      const written = await writeNew(dir, new Map<string, Content>([...templates(domain, found), ...(await schemas())]))
      const git = await repositoryIn(dir)
      say(io, told(io, { domain, dir, found, written, git }))
    })

function domainIn(given: string): string {
  const name = normalizeDomain(given.replace(/^https?:\/\//, '').replace(/\/+$/, ''))
  return 'domain' in name ? name.domain : fail(EXIT.invalid, 'not-a-domain', `"${given}" is not a domain: ${name.refused}`, { hint: 'herdbook init herd.example' })
}

/** The text of a file, or the file that it is a copy of. */
type Content = string | { readonly copyOf: string }

/** The schemas that the files name in their first line, so that editors find them beside the instance. */
async function schemas(): Promise<[string, Content][]> {
  const wanted = new Set(FILE_NAMES.map((name) => name.replace(/\.yaml$/, '.schema.json')))
  const names = (await readdir(shipped('schema'))).filter((name) => wanted.has(name))
  return names.map((name) => [`schema/${name}`, { copyOf: join(shipped('schema'), name) }])
}

/** Writes the files that are not there yet. Answers their names. */
async function writeNew(dir: string, files: ReadonlyMap<string, Content>): Promise<string[]> {
  const written: string[] = []
  for (const [name, content] of files) {
    const path = join(dir, name)
    if (await exists(path)) continue
    await mkdir(dirname(path), { recursive: true })
    await (typeof content === 'string' ? writeFile(path, content, { flag: 'wx' }) : copyFile(content.copyOf, path))
    written.push(name)
  }
  return written
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Whether the folder was in a repository already; makes one where it was not. */
async function repositoryIn(dir: string): Promise<'there' | 'new'> {
  const git = gitIn(dir)
  if ((await git.run(['rev-parse', '--git-dir'])).code === 0) return 'there'
  const { code, err } = await git.run(['init', '--quiet', '-b', 'main'])
  return code === 0 ? 'new' : fail(EXIT.unreadable, 'git-failed', `git init failed: ${err.trim()}`)
}

interface Begun {
  readonly domain: string
  readonly dir: string
  readonly found: Found | null
  readonly written: readonly string[]
  readonly git: 'there' | 'new'
}

function told(io: Io, { domain, dir, found, written, git }: Begun): string {
  const own = written.filter((name) => !name.startsWith('schema/'))
  const schemas = written.length - own.length
  return [
    found ? `${found.title} runs Mastodon ${found.version} at ${found.url}.` : `${domain} could not be asked; that is no hindrance.`,
    ...(written.length === 0 ? ['Every file is there already: nothing was written.'] : ['Written:', ...own.map((name) => `  ${name}`), ...(schemas > 0 ? [`  schema/ (${count(schemas, 'file', 'files')}, for your editor)`] : [])]),
    ...(git === 'new' ? ['It is a Git repository now, on the branch main.'] : []),
    '',
    'Next: fill in the doors in instance/instance.yaml, then',
    ...(dir === io.cwd ? [] : [`  cd ${relative(io.cwd, dir)}`]),
    '  herdbook adopt',
  ].join('\n')
}
