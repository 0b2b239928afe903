import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** A disk of a few megabytes that can be filled. */
export interface SmallDisk extends Disposable {
  readonly path: string
  /** A shell command that fills it to the last byte. */
  readonly filling: string
  readonly fill: () => void
  /** Makes room again. */
  readonly clear: () => void
}

const quietly = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Mounts one; null where this machine lets us mount nothing. */
export function smallDisk(): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'herdbook-disk-'))
  const { uid, gid } = userInfo()
  const mount = ['mount', '-t', 'tmpfs', '-o', `size=16m,mode=0700,uid=${uid},gid=${gid}`, 'herdbook', path]
  const able = [[], ['sudo', '-n']].find((by) => quietly('env', ...by, ...mount))
  if (able === undefined) {
    rmSync(path, { recursive: true })
    return null
  }
  const filler = join(path, 'filler')
  const filling = `cat /dev/zero > '${filler}' 2> /dev/null || true`
  return {
    path,
    filling,
    fill: () => void execFileSync('sh', ['-c', filling], { stdio: 'ignore' }),
    clear: () => rmSync(filler, { force: true }),
    [Symbol.dispose]: () => {
      // Lazily: what a test started may still stand in it.
      quietly('env', ...able, 'umount', '--lazy', path)
      rmSync(path, { recursive: true, force: true })
    },
  }
}
