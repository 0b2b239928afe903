import { fileURLToPath } from 'node:url'

/** The path of a folder that is part of the package: `instance/`, the example, or `schema/`. */
export const shipped = (folder: 'instance' | 'schema'): string => fileURLToPath(new URL(`../../${folder}/`, import.meta.url))
