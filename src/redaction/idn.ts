import { bothForms } from '../instance/domains.ts'

/** A domain with a part in ASCII form, alone or as an id; none in brackets, which is the second form already, nor in an address. */
const INTERNATIONAL = /(?<=^|[\s"'“,]|(?<!\/)\/)(?:[a-z0-9-]+\.)*xn--[a-z0-9-]+(?:\.[a-z0-9-]+)*/g

/** A text for people: internationalised domains stand in it in both forms, `bücher.example (xn--bcher-kva.example)`. Never for ids, commands or machines. */
export const readable = (text: string): string =>
  text.includes('xn--') ? text.replace(INTERNATIONAL, bothForms) : text
