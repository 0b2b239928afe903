import { count } from '../../words/text.ts'

export const HELP = {
  mastodon: 'also check that your version of Mastodon, such as 4.6, knows the keys and permissions',
  json: 'print the findings as JSON',
  after: `
Example:
  herdbook validate

This does not connect to a server. Exit 0 if the files are valid, 9 if they are not.`,
}

export const valid = (files: number): string => `${count(files, 'file is', 'files are')} valid.`
