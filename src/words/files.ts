import { placesOf, type SourcedObject } from '../reconcile/claims.ts'
import { listed } from './text.ts'

/** "Both access.yaml and services.yaml say so."; null if it is in one file, or in none. */
export function sourcesInWords(one: SourcedObject): string | null {
  const files = [...new Set(placesOf(one).map(({ file }) => file))]
  if (files.length < 2) return null
  return files.length === 2 ? `Both ${listed(files)} say so.` : `${listed(files)} say so.`
}
