import type { Wording } from '../diagnostic.ts'

// Every list.

export const repeated = (what: string, name: string, line: number): Wording => ({
  message: `${what} ${name} is here twice, with the same content; first in line ${line}`,
  hint: 'Remove the second one: herdbook fmt',
})

export const duplicate = (what: string, name: string, line: number): Wording => ({
  message: `${what} ${name} is here twice; first in line ${line}`,
  hint: 'Keep one of the two.',
})

export const emptyList = (key: string): Wording => ({
  message: `${key} is empty, but the file does not say why`,
  hint: `Add emptied_on_purpose: 'why'. Or delete ${key}, so that Herdbook does not manage it.`,
})

export const notEmpty = (key: string): Wording => ({
  message: `emptied_on_purpose is here, but ${key} is not empty`,
  hint: 'Delete the line emptied_on_purpose.',
})

export const notADate = (field: string, written: string): Wording => ({
  message: `${field}: ${written} is not a day of the calendar`,
  hint: 'Write year, month and day, such as 2026-12-24.',
})

export const expired = (until: string): Wording => ({
  message: `this entry ended on ${until}`,
  hint: 'Delete the entry, or write a later day.',
})

// Domains.

export const notADomain = (written: string, reason: string, hint: string): Wording => ({
  message: `${written} is not a domain: ${reason}`,
  hint,
})

export const domainMapped = (written: string, changed: string): Wording => ({
  message: `Mastodon turns ${written} into ${changed}`,
  hint: `Write ${changed} if you mean that. Otherwise write the name in its xn-- form.`,
})

// Long texts.

export const PERCENT_SIGN: Wording = {
  message: 'this percent sign breaks the public page',
  hint: 'Write %% for a percent sign, or %{domain} for the domain.',
}

// The policy.

export const RAISES_NOTHING: Wording = {
  message: 'this entry does not raise any limit for one apply',
  hint: 'Add the limit that you want to raise: create, update, delete or weaken, with a number.',
}
