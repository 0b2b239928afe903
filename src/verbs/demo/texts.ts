export const HELP = {
  github: 'what people see on GitHub, as version 0.1 showed it',
  once: 'end after the story (default without a terminal; on a terminal, the server runs until Ctrl-C)',
  examples:
    `
Examples:
  herdbook demo
  herdbook demo --once

It needs no server. It runs an embedded Mastodon and a Git repository in a temporary folder. ` +
    'All data in them is made up.',
}

export const NO_GITHUB_DEMO = {
  message: 'The installed program has no demo of GitHub any more.',
  hint: 'Run it in a clone of Herdbook: npm run demo:github',
}

export const demoEnds = (folder: string): string =>
  `The repository stays in ${folder}. Its Mastodon ends now. Run this on a terminal to play with it: herdbook demo`

/** What a person can type next, in another terminal. */
export const demoGoesOn = (demo: { readonly folder: string; readonly program: string; readonly url: string }): string =>
  `Now it is yours. In another terminal:
  cd ${demo.folder}
  alias herdbook="${demo.program}"
  herdbook status
  herdbook block free-hay.example --severity limit
  git commit -am "Limit free-hay.example"
  herdbook apply
To make a change by hand, as in Mastodon's web interface:
  curl -H "Authorization: Bearer $(cut -d' ' -f2 ../token)" -d ` +
  `domain=night.example -d severity=suspend ${demo.url}/api/v1/admin/domain_blocks
  herdbook drift

${demo.url} runs until you press Ctrl-C here. The folder stays.`
