/** What approvals say to people. A diagnostic's message is beside its hint. */

/** A role for an account that was registered after the files named it. */
export const youngAccount = ({ account, registered }: { readonly account: string; readonly registered: string }) => ({
  message: `@${account} was registered on ${registered}, after the files named it. It may be another person.`,
  hint: 'Ask the person if this is their account. If it is, apply without --yes, and confirm.',
})

const names = (owners: readonly string[]): string => owners.map((owner) => `@${owner}`).join(', ')

/** policy.yaml names this person, but no one who may has approved that. */
export const unapprovedOwner = ({ login, owners }: { readonly login: string; readonly owners: readonly string[] }) => ({
  message: `policy.yaml names @${login} as an owner, but that change has no valid approval. Herdbook did nothing.`,
  hint:
    `Take @${login} out of policy.yaml. Then add @${login} again in a new pull request, ` +
    `approved by ${owners.length === 0 ? 'an administrator of the repository' : `one of ${names(owners)}`}. ` +
    'A person who asked for the change, wrote it or pushed it cannot approve it.',
})

export const noOwners = ({ line }: { readonly line: string }) => ({
  message: 'Only an owner may do this, and policy.yaml names no owner.',
  hint: `Add this to instance/policy.yaml, in a pull request that an administrator of the repository merges: ${line}`,
})

export const notOwner = ({ login, owners }: { readonly login: string; readonly owners: readonly string[] }) => ({
  message: `Only an owner may do this, and @${login} is not an owner. Nothing was done.`,
  hint: `Ask an owner: ${names(owners)}`,
})

export const noForge = ({ repository }: { readonly repository: string }) => ({
  message:
    'instance.yaml does not name your repository on GitHub (forge), so Herdbook would ask for no approval. ' +
    'These workflows apply only approved changes.',
  hint: `Add to instance/instance.yaml: forge: { github: ${repository} }`,
})

export const otherLedgerKey = ({ secret }: { readonly secret: string }) => ({
  message:
    `instance.yaml does not take ledger_key from the secret ${secret}. ` +
    'Anyone who knows the other key could sign the ledger.',
  hint: `Write in instance/instance.yaml: ledger_key: { env: ${secret} }`,
})
