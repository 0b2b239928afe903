import { fileURLToPath } from 'node:url'

/** The path of a folder that is part of the package: `instance/`, the example, `schema/`, or the workflows. */
export const shipped = (folder: 'instance' | 'schema' | '.github/workflows'): string =>
  fileURLToPath(new URL(`../../${folder}/`, import.meta.url))
