import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The modules of this tree that a module imports itself, by their paths from the root. */
function importedBy(root: string, path: string): readonly string[] {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/\b(?:from|import)\s*\(?'(\.{1,2}\/[^'$]+)'/g)].map(([, target = '']) =>
    join(dirname(path), target),
  )
}

/** Answers of a module all that it reaches through its imports, itself too. */
export function reachIn(root: string): (path: string) => ReadonlySet<string> {
  const known = new Map<string, readonly string[]>()
  const of = (path: string): readonly string[] => {
    const imports = known.get(path) ?? importedBy(root, path)
    known.set(path, imports)
    return imports
  }
  return (path) => {
    const reached = new Set([path])
    for (const one of reached) for (const target of of(one)) reached.add(target)
    return reached
  }
}
