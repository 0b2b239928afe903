import { bothForms } from '../instance/domains.ts'

/** A domain with a part in ASCII form, alone or as an id; not in brackets (that is the second form) or in a URL. */
const INTERNATIONAL = /(?<=^|[\s"'“,]|(?<!\/)\/)(?:[a-z0-9-]+\.)*xn--[a-z0-9-]+(?:\.[a-z0-9-]+)*/g

/** A text for people, with both forms: `bücher.example (xn--bcher-kva.example)`. Never for ids or commands. */
export const readable = (text: string): string =>
  text.includes('xn--') ? text.replace(INTERNATIONAL, bothForms) : text
