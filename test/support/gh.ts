import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GitHub } from '../testkit/github/index.ts'
import { scratch } from './git.ts'

/** Runs commands as somebody would paste them, with a `gh` that asks the stand-in; the secrets it only notes. */
export async function paste(hub: GitHub, login: string, commands: readonly string[]): Promise<void> {
  using dir = scratch()
  writeFileSync(join(dir.path, 'gh'), GH, { mode: 0o755 })
  const env = {
    ...process.env,
    PATH: `${dir.path}:${process.env['PATH'] ?? ''}`,
    API: hub.url,
    TOKEN: hub.token(login),
  }
  const shell = spawn('bash', ['-euc', commands.join('\n')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let noted = ''
  shell.stdout.setEncoding('utf8').on('data', (chunk: string) => (noted += chunk))
  const [code] = await once(shell, 'close')
  if (code !== 0) throw new Error(`what was pasted ended with ${String(code)}`)
  for (const line of noted.split('\n')) {
    const [, name = '', where = ''] = /^secret (\S+) (\S+)$/.exec(line) ?? []
    const found = hub.state.settings.environments[where]
    if (found) found.secrets = [...found.secrets, name]
  }
}

const GH = `#!/bin/bash
as=(-sS -A gh -H "Authorization: Bearer $TOKEN")
case "$1 $2" in
  'api --method') [ "$3" = DELETE ] && exec curl "\${as[@]}" --fail-with-body -o /dev/null -X DELETE "$API/$4"
    curl "\${as[@]}" --fail-with-body -o /dev/null -X "$3" --data-binary @- "$API/$4" ;;
  'api users/'*) curl "\${as[@]}" --fail "$API/$2" | sed -E 's/^.*"id":([0-9]+),.*$/\\1/' ;;
  'label create') printf '{"name":"%s","color":"%s","description":"%s"}' "$3" "$7" "$9" |
    curl "\${as[@]}" --fail -o /dev/null -X POST --data-binary @- "$API/repos/$5/labels" ;;
  'secret set') echo "secret $3 $7" ;;
esac
`
