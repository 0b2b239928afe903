export const HELP = {
  restore: "use the files' version of this object, once; you can repeat this option",
  takeOver: "use the files' version of everything that the ledger does not know",
  base: 'with --head: plan the merge of that commit into this one',
  head: 'the proposed commit; its files are read from Git, and none of it is run',
  out: 'save the plan, for `herdbook apply FILE`',
  json: 'print the plan as JSON',
  markdown: 'print the plan as a comment for a pull request',
  verbose: 'list every change, however many, and what is left alone',
  after: `
Examples:
  herdbook plan
  herdbook plan --out plan.json && herdbook apply plan.json
  herdbook plan --restore domain-block/spam.example
  herdbook plan --base origin/main --head HEAD --markdown`,
}

export const READING = 'Reading the live server'

export const baseAndHead = ({
  base,
  head,
}: {
  readonly base?: string | undefined
  readonly head?: string | undefined
}) => ({
  message: 'Give --base and --head together.',
  hint: `herdbook plan --base ${base ?? 'BRANCH'} --head ${head ?? 'HEAD'}`,
})

export const NOT_TO_APPLY = {
  message: 'You cannot save the plan of a merge: an apply needs the merge itself first.',
  hint: 'Merge it, then: herdbook plan --out plan.json',
}
