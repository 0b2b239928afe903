import type { Wording } from '../diagnostic.ts'

export const FORGE_WITHOUT_KEY: Wording = {
  message: 'forge needs ledger_key, or else anyone who can write to the repository could forge approvals',
  hint: 'Add ledger_key: { env: HERDBOOK_LEDGER_KEY }. The key can be any long random text.',
}

export const ANNOUNCE_WITHOUT_API: Wording = {
  message: 'announce posts through the API, but instance.yaml has no mastodon.api',
  hint: 'Add mastodon.api to instance.yaml, or delete announce.',
}

export const NOT_A_URL: Wording = {
  message: 'url is not a web address',
  hint: 'Write it like https://herd.example.',
}

export const NOT_ENCRYPTED: Wording = {
  message: 'url would send the token without encryption',
  hint: 'Write https: instead of http:.',
}

export const READER_IS_LOCAL: Wording = {
  message: 'reader: true means a read-only program that works only over SSH, but this says over: local',
  hint: 'Write over: ssh. Or replace reader: true with native: {}, and Herdbook runs psql on this machine.',
}

export const READER_KEY_WITHOUT_READER: Wording = {
  message: 'reader_key works only with reader: true',
  hint: 'Add reader: true, or delete the line reader_key.',
}

export const notExactlyOne = (connection: string, choices: readonly string[], chosen: readonly string[]): Wording => ({
  message: `${connection} needs exactly one of ${choices.join(', ')}`,
  hint:
    chosen.length === 0
      ? `Add the one that says how the ${connection} runs.`
      : `Keep only one of ${chosen.join(' and ')}.`,
})

export const noSsh = (connection: string): Wording => ({
  message: `${connection} uses SSH, but this file has no ssh`,
  hint: 'Add ssh: with host, user and host_key.',
})
