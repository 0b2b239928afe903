import type { DatabaseConnection } from '../../../instance/documents.ts'
import { afterRequest, beforeRequest, literal, READER } from './database.ts'
import { psqlLine, quote } from '../commands.ts'
import { stderrTail, type Machine, run, unreachable } from '../../../ssh/executor.ts'
import { MINIMUM } from '../../../minimum.ts'

/** One thing that `reader install` does: a shell line and what it reads on stdin. */
export interface InstallStep {
  readonly title: string
  readonly command: string
  readonly input: string
}

/** What the role may select, table by table; a table without columns is granted whole. */
const GRANTS: readonly { readonly table: string; readonly columns?: readonly string[] }[] = [
  { table: 'users', columns: ['id', 'account_id', 'role_id', 'confirmed_at', 'approved', 'disabled', 'created_at'] },
  {
    table: 'accounts',
    columns: ['id', 'username', 'domain', 'suspended_at', 'silenced_at', 'moved_to_account_id', 'created_at'],
  },
  { table: 'admin_action_logs', columns: ['id', 'account_id', 'created_at'] },
  { table: 'follows', columns: ['account_id', 'target_account_id'] },
  { table: 'settings', columns: ['var', 'value', 'updated_at'] },
  ...[
    'domain_blocks',
    'email_domain_blocks',
    'ip_blocks',
    'rules',
    'rule_translations',
    'user_roles',
    'terms_of_services',
  ].map((table) => ({ table })),
]

/** The SQL that makes the reading role, or brings it up to date. `domain` is what Mastodon itself says it is. */
export function roleSql(domain: string): string {
  const grants = GRANTS.map(
    ({ table, columns }) => `grant select${columns ? ` (${columns.join(', ')})` : ''} on ${table} to herdbook_reader;`,
  )
  return `begin;
set local standard_conforming_strings = on;
do $make$ begin
  if not exists (select from pg_roles where rolname = 'herdbook_reader') then create role herdbook_reader nologin; end if;
end $make$;
revoke all on all tables in schema public from herdbook_reader;
grant usage on schema public to herdbook_reader;
${grants.join('\n')}
-- Mastodon's own role may become the reader, so that whoever connects as it reads with no more than this
do $own$ begin
  execute format('grant herdbook_reader to %I', (select tableowner from pg_tables where schemaname = 'public' and tablename = 'domain_blocks'));
end $own$;
comment on role herdbook_reader is ${literal(domain)};
commit;
`
}

/** The program behind the forced command: one request on stdin, one document on stdout, whatever command was asked for. */
export function wrapper(connection: DatabaseConnection): string {
  return `#!/bin/sh
# Herdbook's reader: answers one request on stdin with one JSON document, and can do nothing else.
set -eu
{
cat <<'HERDBOOK_BEFORE'
${beforeRequest()}
HERDBOOK_BEFORE
tr -d '\\000' | sed "s/'/''/g"
cat <<'HERDBOOK_AFTER'
${afterRequest()}HERDBOOK_AFTER
} | ${psqlLine(connection)}
`
}

/** The line of authorized_keys that lets a key read and do nothing else. */
export function authorizedKey(publicKey: string): string {
  const [type = '', blob = ''] = publicKey.trim().split(/\s+/)
  if (!/^[a-z0-9@.-]+$/.test(type) || !/^[A-Za-z0-9+/]+={0,3}$/.test(blob)) {
    throw unreachable(
      'not-a-public-key',
      'that is no public key line such as "ssh-ed25519 AAAA…"',
      'give the file that ends in .pub',
    )
  }
  return `restrict,command="${READER}" ${type} ${blob} herdbook-reader`
}

/** An older one knows no `restrict`, and lets a key with it in for nothing. What says no version is taken as it is. */
const REFUSE_OLD_SSH = `case "$(ssh -V 2>&1)" in OpenSSH_[1-6].*|OpenSSH_7.[01]*) { ssh -V; echo "is too old, and Herdbook needs OpenSSH ${MINIMUM.openssh} or newer there"; } >&2; exit 1 ;; esac;`

/** All that `reader install` does, in order. Nothing is done here: print it, or give it to `install`. On this machine there is no key to bind. */
export function installSteps(
  connection: DatabaseConnection,
  domain: string,
  publicKey: string | null,
): readonly InstallStep[] {
  const role = {
    title: 'make the database role herdbook_reader, which may select the columns that a plan needs',
    command: psqlLine(asSuperuser(connection)),
    input: roleSql(domain),
  }
  if (connection.over === 'local') return [role]
  const made: InstallStep[] = [
    role,
    {
      title: 'put the reading program at ~/.herdbook/reader',
      command:
        'umask 077 && mkdir -p .herdbook && cat > .herdbook/reader.new && chmod 700 .herdbook/reader.new && mv .herdbook/reader.new .herdbook/reader',
      input: wrapper(connection),
    },
  ]
  if (publicKey === null) return made
  const line = authorizedKey(publicKey)
  return [
    ...made,
    {
      title: 'let the key read, and do nothing else',
      command: `${REFUSE_OLD_SSH} umask 077 && mkdir -p .ssh && touch .ssh/authorized_keys && { grep -qxF ${quote(line)} .ssh/authorized_keys || cat >> .ssh/authorized_keys; }`,
      input: `${line}\n`,
    },
  ]
}

/** The private key whose public half was let in, and the fingerprint of the machine that it is for. */
export interface ReaderKey {
  readonly file: string
  readonly fingerprint: string
}

/** What is to do once that is done. A key is stored with the machine that it is for: by itself it is used for none. */
export function afterwards(connection: DatabaseConnection, key: ReaderKey | null): string {
  if (connection.over === 'local') return 'instance.yaml can stay as it is.'
  const written = (rest: string): string =>
    `In instance.yaml, under mastodon: database: { over: ssh, reader: true${rest} }`
  if (key === null) return written('')
  const bound = `{ echo ${key.fingerprint}; cat ${quote(key.file)}; }`
  return [
    written(`, reader_key: { file: ${key.file}.bound }`),
    'That file is the key with the machine that it is for in front. This makes it:',
    `  (umask 077; ${bound} > ${quote(`${key.file}.bound`)})`,
    'On GitHub it is { env: HERDBOOK_READER_KEY }, and this stores it:',
    ...['herdbook-plan', 'herdbook-apply'].map(
      (name) => `  ${bound} | gh secret set HERDBOOK_READER_KEY --env ${name}`,
    ),
  ].join('\n')
}

/** A role can be made only by PostgreSQL's own superuser: `postgres`, unless the connection names another. */
function asSuperuser(connection: DatabaseConnection): DatabaseConnection {
  const { native } = connection
  if (!native) return connection
  const { role: _role, ...rest } = native
  return { ...connection, native: { ...rest, user: 'postgres' } }
}

/** Does it, over the admin's own login; stops at the first step that fails. */
export async function install(machine: Machine, steps: readonly InstallStep[]): Promise<void> {
  for (const step of steps) {
    const finished = await run(machine, step.command, step.input)
    if (finished.code !== 0)
      throw unreachable(
        'install-failed',
        `could not ${step.title}: ${stderrTail(finished)}`,
        'run it by hand as a user who may: `herdbook reader install --print`',
      )
  }
}

/** The same as a text for copying. */
export function asText(steps: readonly InstallStep[]): string {
  return steps
    .map(({ title, command, input }) => `# ${title}\n${command} <<'HERDBOOK_INPUT'\n${input}HERDBOOK_INPUT\n`)
    .join('\n')
}
