import type { DatabaseConnection } from '../../../instance/documents.ts'
import { afterRequest, beforeRequest, literal, READER } from './database.ts'
import type { Grant } from '../table.ts'
import { KINDS } from '../kinds/index.ts'
import { TABLES } from './rows.ts'
import { psqlLine, quote } from '../commands.ts'
import { stderrTail, type Machine, run, unreachable } from '../../../ssh/executor.ts'
import {
  ALLOW_KEY,
  CREATE_ROLE,
  installFailed,
  MAKE_KEY_FILE,
  NOT_PUBLIC_KEY,
  NOTHING_TO_CHANGE,
  OPENSSH_TOO_OLD,
  PROGRAM_COMMENT,
  PUT_PROGRAM,
  STORE_ON_GITHUB,
  storeSecret,
  writeConnection,
} from './texts.ts'

/** One step of `reader install`: a shell line and what it reads on stdin. */
export interface InstallStep {
  readonly title: string
  readonly command: string
  readonly input: string
}

/** What the role may select: what the tables of a snapshot are read from, each once. */
const GRANTS: readonly Grant[] = [
  ...new Map(TABLES.flatMap(({ grants }) => grants).map((grant) => [grant.table, grant])).values(),
]

/** Tables that an older Mastodon does not have. */
const LATER: ReadonlySet<string> = new Set(
  KINDS.filter(({ since }) => since !== undefined).flatMap(({ tables }) =>
    tables.flatMap(({ grants }) => grants.map(({ table }) => table)),
  ),
)

function grantSql({ table, columns }: Grant): string {
  const grant = `grant select${columns ? ` (${columns.join(', ')})` : ''} on ${table} to herdbook_reader;`
  return LATER.has(table)
    ? `do $later$ begin if to_regclass('${table}') is not null then ${grant} end if; end $later$;`
    : grant
}

/** Makes the SQL that creates or updates the reading role. `domain` is the one that Mastodon itself names. */
export function roleSql(domain: string): string {
  return `begin;
set local standard_conforming_strings = on;
do $make$ begin
  if not exists (select from pg_roles where rolname = 'herdbook_reader') then
    create role herdbook_reader nologin;
  end if;
end $make$;
revoke all on all tables in schema public from herdbook_reader;
grant usage on schema public to herdbook_reader;
${GRANTS.map(grantSql).join('\n')}
-- Mastodon's own role may become the reader, so that whoever connects as it reads with no more than this
do $own$ begin
  execute format('grant herdbook_reader to %I', (
    select tableowner from pg_tables where schemaname = 'public' and tablename = 'domain_blocks'));
end $own$;
comment on role herdbook_reader is ${literal(domain)};
commit;
`
}

/** Makes the program of the forced command: one request on stdin, one document on stdout, for any command. */
export function wrapper(connection: DatabaseConnection): string {
  return [
    '#!/bin/sh',
    PROGRAM_COMMENT,
    'set -eu',
    '{',
    "cat <<'HERDBOOK_BEFORE'",
    beforeRequest(),
    'HERDBOOK_BEFORE',
    `tr -d '\\000' | sed "s/'/''/g"`,
    "cat <<'HERDBOOK_AFTER'",
    `${afterRequest()}HERDBOOK_AFTER`,
    `} | ${psqlLine(connection)}`,
    '',
  ].join('\n')
}

/** Makes the line of authorized_keys that lets a key read and do nothing else. */
export function authorizedKey(publicKey: string): string {
  const [type = '', blob = ''] = publicKey.trim().split(/\s+/)
  if (!/^[a-z0-9@.-]+$/.test(type) || !/^[A-Za-z0-9+/]+={0,3}$/.test(blob)) {
    throw unreachable('not-a-public-key', NOT_PUBLIC_KEY.message, NOT_PUBLIC_KEY.hint)
  }
  return `restrict,command="${READER}" ${type} ${blob} herdbook-reader`
}

/** An old OpenSSH does not know `restrict`, and then refuses the key. One that shows no version is accepted. */
const REFUSE_OLD_SSH = [
  'case "$(ssh -V 2>&1)" in OpenSSH_[1-6].*|OpenSSH_7.[01]*)',
  `{ ssh -V; echo "${OPENSSH_TOO_OLD}"; } >&2;`,
  'exit 1 ;; esac;',
].join(' ')

/** Lists the steps of `reader install`, in order, and does none of them. On this machine there is no key to bind. */
export function installSteps(
  connection: DatabaseConnection,
  domain: string,
  publicKey: string | null,
): readonly InstallStep[] {
  const role = {
    title: CREATE_ROLE,
    command: psqlLine(asSuperuser(connection)),
    input: roleSql(domain),
  }
  if (connection.over === 'local') return [role]
  const made: InstallStep[] = [
    role,
    {
      title: PUT_PROGRAM,
      command:
        'umask 077 && mkdir -p .herdbook && cat > .herdbook/reader.new && chmod ' +
        '700 .herdbook/reader.new && mv .herdbook/reader.new .herdbook/reader',
      input: wrapper(connection),
    },
  ]
  if (publicKey === null) return made
  const line = authorizedKey(publicKey)
  return [
    ...made,
    {
      title: ALLOW_KEY,
      command: [
        `${REFUSE_OLD_SSH} umask 077`,
        'mkdir -p .ssh',
        'touch .ssh/authorized_keys',
        `{ grep -qxF ${quote(line)} .ssh/authorized_keys || cat >> .ssh/authorized_keys; }`,
      ].join(' && '),
      input: `${line}\n`,
    },
  ]
}

/** The private key that may now read, and the fingerprint of the machine that it is for. */
export interface ReaderKey {
  readonly file: string
  readonly fingerprint: string
}

/** Says what to do after the steps. The key is stored with the machine's fingerprint, or Herdbook does not use it. */
export function afterwards(connection: DatabaseConnection, key: ReaderKey | null): string {
  if (connection.over === 'local') return NOTHING_TO_CHANGE
  if (key === null) return writeConnection('')
  const bound = `{ echo ${key.fingerprint}; cat ${quote(key.file)}; }`
  return [
    writeConnection(`, reader_key: { file: ${key.file}.bound }`),
    MAKE_KEY_FILE,
    `  (umask 077; ${bound} > ${quote(`${key.file}.bound`)})`,
    STORE_ON_GITHUB,
    ...['herdbook-plan', 'herdbook-apply'].map((environment) => storeSecret({ bound, environment })),
  ].join('\n')
}

/** Connects as a superuser, which alone can create a role: `postgres`, or the user that a container has. */
function asSuperuser(connection: DatabaseConnection): DatabaseConnection {
  const { native } = connection
  if (!native) return connection
  const { role: _role, ...rest } = native
  return { ...connection, native: { ...rest, user: 'postgres' } }
}

/** Runs the steps with the admin's own login; stops at the first failure. */
export async function install(machine: Machine, steps: readonly InstallStep[]): Promise<void> {
  for (const step of steps) {
    const finished = await run(machine, step.command, step.input)
    if (finished.code === 0) continue
    const { message, hint } = installFailed({ title: step.title, why: stderrTail(finished) })
    throw unreachable('install-failed', message, hint)
  }
}

/** Writes the steps as a text to copy. */
export function asText(steps: readonly InstallStep[]): string {
  return steps
    .map(({ title, command, input }) => `# ${title}\n${command} <<'HERDBOOK_INPUT'\n${input}HERDBOOK_INPUT\n`)
    .join('\n')
}
