import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXIT, HerdbookError } from '../../src/instance/diagnostic.ts'
import { PROVIDERS } from '../../src/providers/index.ts'
import { KINDS } from '../../src/providers/kinds.ts'
import { kindsOf } from '../../src/reconcile/reconciler.ts'
import { literalsOf } from '../support/literals.ts'
import { applyTo, look, newRoom, newShelf } from '../support/shelves.ts'
import { files } from '../testkit/files/provider.ts'

test('a kind has a name of its own over all providers', () => {
  const all = kindsOf([...PROVIDERS, files])
  expect(all.length).toBe(KINDS.length + files.kinds.length)
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
})

test.each([
  ['two providers', [newShelf('host', ['unit', 'user']), newShelf('store', ['bucket', 'user'])], ['host', 'store']],
  ['one', [newShelf('host', ['user', 'user'])], ['host', 'host']],
])('where %s have one name for two kinds, nothing is read or written', async (_name, shelves, named) => {
  const room = newRoom(shelves, { user: { alice: { shell: 'zsh' } } })
  for (const act of [look(room), applyTo(room)]) {
    const error: unknown = await act.catch((thrown: unknown) => thrown)
    if (!(error instanceof HerdbookError)) return expect.fail('it was planned')
    expect([error.exit, error.diagnostics]).toMatchObject([EXIT.defect, [{ code: 'kind-twice' }]])
    expect(error.diagnostics[0]?.message).toContain(`user: one belongs to ${named.join(', the other to ')}.`)
  }
  expect(shelves.map(({ reads, written }) => [reads, written])).toEqual(shelves.map(() => [0, []]))
})

const SRC = join(import.meta.dirname, '../../src')
/** Where kinds are at home: their folders, the registry, their files in the sandbox, and what is generated. */
const AT_HOME = /^providers\/mastodon\/kinds\/(?:[^/]+\/|index\.ts$)|^sandbox\/kinds\/|\.gen\./

/** Where else a kind may be named, and why. All that treats kinds alike asks the kind instead. */
const PLACES: { readonly [path: string]: string } = {
  'comments/stranger-pull-request.ts': 'shows what a server publishes: its blocks and its rules',
  'demo/story.ts': 'the story of the demo',
  'forges/issue-form-texts.ts': 'the form for rules',
  'instance/import/merge.ts': 'imports block lists',
  'instance/texts.ts': 'says where an IP address belongs that is no domain',
  'jobs/check.ts': 'asks what a server publishes of these blocks',
  'jobs/dispatch/demote.ts': 'the button demote',
  'jobs/issue-form/request.ts': 'the forms for blocks, people and rules',
  'jobs/issue-form/rule.ts': 'the form for rules',
  'jobs/issue-form/texts.ts': 'the forms for blocks, people and rules',
  'providers/mastodon/console/token.rb': 'the role of the account that a token is for',
  'providers/mastodon/database/reader.sql': 'tells the release by its tables',
  'providers/mastodon/kinds/acting-account.ts': 'the rank of the account that changes roles and their holders',
  'sandbox/api/domain-blocks.ts': 'the routes of domain blocks',
  'setup/doctor/checks.ts': "GitHub's settings",
  'verbs/apply/announce.ts': 'announces domain blocks',
  'verbs/block.ts': 'the verb for domain blocks',
  'verbs/block/from-list.ts': 'the verb for domain blocks',
  'verbs/block/measure.ts': 'the verb for domain blocks',
  'verbs/demote.ts': 'the verb for people with a role',
  'verbs/demote/now.ts': 'the verb for people with a role',
  'verbs/demote/texts.ts': 'the verb for people with a role',
  'verbs/doctor.ts': 'looks at the protection of files that give roles',
  'verbs/promote.ts': 'the verb for people with a role',
  'verbs/promote/texts.ts': 'the verb for people with a role',
  'verbs/status.ts': 'looks up the role of the account that Herdbook acts as',
  'verbs/unblock.ts': 'the verb for domain blocks',
  'verbs/unblock/texts.ts': 'the verb for domain blocks',
}

/** A kind by its name or its list, alone or before an id or a file of its folder; or by its file. */
function namesOfKinds(): RegExp {
  const oneOf = (words: readonly string[]): string => words.map((word) => word.replaceAll('.', '\\.')).join('|')
  const names = KINDS.map(({ name }) => name)
  const lists = KINDS.map(({ shape }) => (shape.form === 'map' ? shape.map : shape.list))
  const files = KINDS.flatMap(({ sources }) => sources)
  return new RegExp(`^(?:${oneOf([...names, ...lists])})$|(?<![\\w-])(?:(?:${oneOf(names)})/|${oneOf(files)})`)
}

/** Texts between quotes, without the objects that help gives as an example. */
function textsIn(path: string): readonly string[] {
  const source = readFileSync(join(SRC, path), 'utf8')
  const texts = path.endsWith('.ts')
    ? literalsOf(source).map(({ text }) => text)
    : source.replaceAll(/^\s*(?:#|--).*$/gm, '').match(/(?<=')[^'\n]*(?=')|(?<=")[^"\n]*(?=")/g)
  return (texts ?? []).map((text) => text.replaceAll(/\b[a-z-]+\/[a-z]+\.example\b/g, ''))
}

test('only its own folder names a kind, and what is made for it', () => {
  const named = namesOfKinds()
  const places = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|rb|sql)$/.test(path) && !AT_HOME.test(path))
    .filter((path) => textsIn(path).some((text) => named.test(text)))
  expect(places.toSorted()).toEqual(Object.keys(PLACES).toSorted())
})
