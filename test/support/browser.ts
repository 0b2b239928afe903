import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Opens the Chromium of this machine. Throws where there is none, with what to install. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((path) => path !== '' && existsSync(path))
  if (executablePath === undefined)
    throw new Error(
      'There is no Chromium here. Install one: apt-get install chromium fonts-liberation (or set CHROMIUM to its path)',
    )
  // It opens nothing but our own pages, and in containers its sandbox has no room.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'] })
}
