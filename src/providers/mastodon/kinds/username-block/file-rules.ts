import { duplicates, error, rows, warning } from '../../../../instance/rules/rule.ts'
import type { InstanceRule, NamedRow } from '../../../../instance/rules/rule.ts'
import { blankUsername, matchesEveryone, matchesNobody, unstorable, wildcards } from './texts.ts'

const FILE = 'username-blocks.yaml'
/** The longest username of a local account. */
const LONGEST = 30
/** An index of the server's refuses much longer ones. */
const MOST_STORED = 600

/**
 * The identity: without capitals of ASCII alone, which Ruby, PostgreSQL and JavaScript all lower alike. No username has
 * others.
 */
export const usernameOf = (written: string): string => written.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** Checks that Mastodon takes each username, that it is there once, and that it means what it seems to. */
export const fileRules: InstanceRule = function* (input) {
  const taken: NamedRow[] = []
  for (const [entry, index] of rows(input.documents[FILE]?.username_blocks)) {
    const { username, exact = false, allow_with_approval: approved = false } = entry
    const at = () => input.at(FILE, ['username_blocks', index, 'username'])
    taken.push({ name: usernameOf(username), shown: username, at, entry })
    if (username.trim() === '') yield error('blank-username', blankUsername, at())
    else if (/\p{Cc}/u.test(username) || username.length > MOST_STORED)
      yield error('not-a-username', unstorable(MOST_STORED), at())
    else if (!exact && /^[_%]+$/.test(username)) {
      const words = matchesEveryone(username)
      yield approved ? warning('blocks-everyone', words, at()) : error('blocks-everyone', words, at())
    } else if (meetsNobody(username, exact)) yield warning('matches-nobody', matchesNobody(username), at())
    else if (!exact && /[_%]/.test(username)) yield warning('wildcard', wildcards(username), at())
  }
  yield* duplicates(taken, 'the username')
}

/** In a rule for a part of a name, `%` stands for any characters, also none, and a backslash takes a meaning away. */
function meetsNobody(username: string, exact: boolean): boolean {
  const literal = exact ? username : username.replaceAll('%', '').replaceAll('\\_', '_')
  return !/^[A-Za-z0-9_]*$/.test(literal) || literal.length > LONGEST
}
