import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const results = process.env['HERDBOOK_TEST_RESULTS']

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/live/**', 'node_modules/**'],
    // Vitest leaves a processor free, which on two of them is half. What the programs compile that tests start, they
    // keep for the next one.
    maxWorkers: availableParallelism(),
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/compiled') },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
  },
})
