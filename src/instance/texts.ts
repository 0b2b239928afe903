import type { Wording } from './diagnostic.ts'

// The folder of the instance.

export const noFolder = (reason: string): Wording => ({
  message: `Herdbook cannot read the folder of the instance: ${reason}`,
  hint: 'Run this in the folder that contains instance/. Or begin a new instance: herdbook init DOMAIN',
})
export const NOT_THERE = 'it is not there'
export const UNREADABLE_FOLDER = 'its files cannot be listed'

export const NO_INSTANCE_YAML: Wording = {
  message: 'there is no instance.yaml, so Herdbook does not know your server',
  hint: 'Write that file with a line such as domain: herd.example. Or let Herdbook write it: herdbook init DOMAIN',
}

const REPLACE_LINK = 'Replace the link with the file itself.'
export const fileIsLink = (name: string): Wording => ({
  message: `${name} is a link; Herdbook reads only regular files`,
  hint: REPLACE_LINK,
})

export const notAFile = (name: string): Wording => ({
  message: `${name} is neither a file nor a folder`,
  hint: 'Delete it, or move it out of this folder.',
})

export const folderForFile = (name: string): Wording => ({
  message: `${name} is a folder, but Herdbook reads a file with that name`,
  hint: `Rename the folder. If the file was in Git, bring it back: git checkout -- instance/${name}`,
})

export const unreadFolder = (name: string): Wording => ({
  message: `${name} is a folder; Herdbook reads no folders inside instance/`,
  hint: 'Move its files directly into instance/.',
})

export const fileTooLarge = (name: string, megabytes: string, most: string): Wording => ({
  message: `${name} has ${megabytes} MB; Herdbook reads at most ${most} MB`,
  hint: 'Check that this is the right file. If it is, shorten it.',
})

export const unreadFile = (name: string, near: string | undefined, files: readonly string[]): Wording => ({
  message: `${name} is not a file that Herdbook reads`,
  hint:
    near === undefined
      ? 'Rename it, or move it out of this folder. ' +
        `Herdbook reads ${files.join(', ')}, texts that these files name, and texts that end in .md.`
      : `Did you mean ${near}?`,
})

export const unreadable = (name: string): Wording => ({
  message: `Herdbook cannot read ${name}`,
  hint: 'Check if the permissions of the file let you read it.',
})

export const emptyFile = (file: string): Wording => ({
  message: `${file} is empty, so Herdbook no longer manages what was in it`,
  hint: `If you want that, delete the file. Otherwise bring it back: git checkout -- instance/${file}`,
})

// Long texts in files of their own.

export const textOutside = (name: string): Wording => ({
  message: `${name} is not a file in the same folder as this one`,
  hint: 'Put the text into a file in instance/ and write only its name, such as about.md.',
})

export const textIsLink = (name: string): Wording => ({ message: `${name} is a link, not a file`, hint: REPLACE_LINK })

export const noSuchText = (name: string, near: string | undefined): Wording => ({
  message: `there is no text ${name} in instance/`,
  hint: near === undefined ? `Add the file ${name}.` : `Did you mean ${near}?`,
})

// Why a text is no domain, or no IP address.

export const NO_DOMAIN = {
  missing: 'a domain is missing',
  quotes: 'a domain has no quotes; write it without them',
  webAddress: 'this is a web address; write only the domain',
  address: 'this is the address of a person; write only the part after the @',
  stars: 'a domain has no stars; it always covers its subdomains',
  spaces: 'a domain has no spaces',
  ipAddress: 'this is an IP address; write it in ip-blocks.yaml',
  port: 'a domain has no port',
  emptyPart: 'a part between two dots is empty',
  login: 'this is a web address with a name or password in it; write only the domain',
  other: 'Mastodon does not accept it as a domain',
  tooLong: (most: number): string => `a domain has at most ${most} characters`,
  longPart: (most: number): string => `a part of a domain has at most ${most} characters`,
  character: (character: string): string => `Mastodon accepts no domain with ${JSON.stringify(character)} in it`,
  page: (host: string, other: string): string =>
    `this is a page of ${host} about an account of ${other}; write only the domain that you mean`,
} as const

export const WRITE_NAME = 'Write only the name, such as spam.example.'
export const writeItAs = (domain: string): string => `Write it as ${domain}`

export const NOT_AN_ADDRESS = 'this is not an IP address such as 203.0.113.7 or 2001:db8::/32'
export const badPrefix = (most: number): string => `the number after the slash must be from 0 to ${most}`
