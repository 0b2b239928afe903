import { rmSync } from 'node:fs'
import { action } from './action.ts'
import { applyMany, plan, planMany, validate, version, type Figure } from './cases.ts'
import { scratch } from './herd.ts'
import { impact } from './impact.ts'
import { texts } from './texts.ts'
import { why } from './why.ts'

const shown = ({ figure, unit }: Pick<Figure, 'figure' | 'unit'>): string =>
  `${unit === '×' || unit === 's' ? figure.toFixed(2) : figure.toFixed(0)}${unit === '' ? '' : ` ${unit}`}`

function line(one: Figure): string {
  const target =
    one.most === undefined
      ? 'told'
      : `at most ${shown({ figure: one.most, unit: one.unit })}: ${holds(one) ? 'holds' : 'MISSED'}`
  return `${one.name}: ${shown(one)} (${target})\n    ${one.how}`
}

const holds = ({ figure, most }: Figure): boolean => most === undefined || figure <= most

const only = process.argv.slice(2)
const cases = { version, validate, plan, action, texts, why, impact, planMany, applyMany }
let missed = 0
try {
  for (const [name, measure] of Object.entries(cases)) {
    if (only.length > 0 && !only.includes(name)) continue
    for (const figure of await measure()) {
      process.stdout.write(`${line(figure)}\n`)
      if (!holds(figure)) missed += 1
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
process.exitCode = missed > 0 ? 1 : 0
